import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { notice, question } from '../state/dialogs.js'

/** A dialog over the page; Escape closes it. */
export const Dialog = ({
  title,
  onClose,
  children,
}: {
  title: string
  onClose: () => void
  children: ComponentChildren
}) => {
  const element = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const dialog = element.current
    if (dialog && !dialog.open) dialog.showModal()
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={element}
      aria-labelledby="dialog-title"
      onCancel={(event) => {
        event.preventDefault()
        onClose()
      }}
    >
      <h2 id="dialog-title">{title}</h2>
      {children}
    </dialog>
  )
}

/** The question that is open, if one is. */
export const QuestionDialog = () => {
  const asked = question.value
  if (asked === null) return null
  return (
    <Dialog title={asked.title} onClose={() => asked.answer(false)}>
      <div class="text">{asked.body}</div>
      <div class="buttons">
        <button type="button" onClick={() => asked.answer(false)}>
          Keep as it is
        </button>
        <button
          type="button"
          class={asked.isDestructive ? 'danger' : 'primary'}
          onClick={() => asked.answer(true)}
        >
          {asked.action}
        </button>
      </div>
    </Dialog>
  )
}

/** What was done, or why it was not; read out, too. */
export const NoticeBar = () => {
  const told = notice.value
  return (
    <div class="notices" role="status" aria-live="polite">
      {told === null ? null : (
        <div class={told.isError ? 'notice bad' : 'notice'}>
          <span>{told.text}</span>
          <button type="button" class="quiet" onClick={() => (notice.value = null)}>
            Close
          </button>
        </div>
      )}
    </div>
  )
}
