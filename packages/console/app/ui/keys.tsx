import { signal } from '@preact/signals'
import { question } from '../state/dialogs.js'
import { reload } from '../state/refresh.js'
import { go } from '../state/route.js'
import { Dialog } from './dialogs.js'
import { PAGES } from './pages.js'

const isHelpOpen = signal(false)
let isGoing = false

const KEYS: readonly (readonly [string, string])[] = [
  ['/', 'to the filters'],
  ['j  k', 'to the next row, to the one before'],
  ['Enter', 'opens the row'],
  ['x', 'chooses the row'],
  ['r', 'asks again'],
  ...PAGES.map(({ key, title }) => [`g ${key}`, `to ${title}`] as const),
  ['?', 'this list'],
]

const rows = () => [...document.querySelectorAll<HTMLElement>('[data-row]')]

const rowAt = (): number =>
  rows().findIndex(
    (row) => row.closest('tr')?.contains(document.activeElement) ?? row === document.activeElement,
  )

const move = (by: number) => {
  const all = rows()
  all[Math.min(all.length - 1, Math.max(0, rowAt() + by))]?.focus()
}

const ACTS: Readonly<Record<string, () => void>> = {
  '/': () => document.querySelector<HTMLElement>('[data-filter]')?.focus(),
  j: () => move(1),
  k: () => move(rowAt() < 0 ? 1 : -1),
  x: () => rows()[rowAt()]?.closest('tr')?.querySelector<HTMLInputElement>('input[type=checkbox]')?.click(),
  r: reload,
  g: () => (isGoing = true),
  '?': () => (isHelpOpen.value = true),
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input:not([type=checkbox]), textarea, select')

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
  if (question.value !== null || document.querySelector('dialog[open]')) return
  if (isGoing) {
    isGoing = false
    const page = PAGES.find(({ key }) => key === event.key)
    if (page) go(page.page)
    return
  }
  const run = ACTS[event.key]
  if (!run) return
  event.preventDefault()
  run()
})

/** What keys do. */
export const KeysDialog = () =>
  isHelpOpen.value ? (
    <Dialog title="Keys" onClose={() => (isHelpOpen.value = false)}>
      <dl class="keys">
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div class="buttons">
        <button type="button" onClick={() => (isHelpOpen.value = false)}>
          Close
        </button>
      </div>
    </Dialog>
  ) : null

/** Opens that list. */
export const openKeys = () => (isHelpOpen.value = true)
