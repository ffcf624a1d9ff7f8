import { useState } from 'preact/hooks'
import type { ComponentChildren } from 'preact'
import { ApiError } from '../../api/request.js'
import type { EndpointForm } from './fields.js'

interface FormProps {
  readonly initial: EndpointForm
  readonly action: string
  readonly save: (form: EndpointForm) => Promise<void>
  readonly cancel?: () => void
  readonly isReadOnly?: boolean
}

/** The fields of an endpoint. What the server refuses is said at the field. */
export const EndpointFields = ({ initial, action, save, cancel, isReadOnly = false }: FormProps) => {
  const [form, setForm] = useState(initial)
  const [error, setError] = useState<unknown>(null)
  const [isBusy, setBusy] = useState(false)
  const issues = error instanceof ApiError ? error.issues : []
  const issueAt = (path: string) =>
    issues.find(
      (issue) =>
        issue.path === path || issue.path.startsWith(`${path}.`) || issue.path.startsWith(`${path}[`),
    )?.message

  const submit = async (event: Event) => {
    event.preventDefault()
    setBusy(true)
    setError(null)
    try {
      await save(form)
    } catch (given) {
      setError(given)
    }
    setBusy(false)
  }
  const text = (name: keyof EndpointForm, rows?: number) => {
    const props = {
      id: `field-${name}`,
      name,
      value: form[name],
      disabled: isReadOnly,
      spellcheck: false,
      onInput: (event: Event) =>
        setForm({ ...form, [name]: (event.currentTarget as HTMLInputElement | HTMLTextAreaElement).value }),
    }
    return rows === undefined ? <input {...props} /> : <textarea rows={rows} {...props} />
  }

  return (
    <form class="fields" onSubmit={(event) => void submit(event)}>
      <Labelled name="appName" label="Name" issue={issueAt('appName')}>
        {text('appName')}
      </Labelled>
      <Labelled
        name="url"
        label="Address"
        hint="Public https, where events are POSTed"
        issue={issueAt('url')}
      >
        {text('url')}
      </Labelled>
      <Labelled
        name="events"
        label="Events"
        hint="One a line: order.created, order.*, *"
        issue={issueAt('events')}
      >
        {text('events', 3)}
      </Labelled>
      <Labelled name="siteIds" label="Sites" hint="One a line; none: all sites" issue={issueAt('filters')}>
        {text('siteIds', 2)}
      </Labelled>
      <Labelled
        name="headers"
        label="Headers"
        hint="name: value, one a line. A masked value has to be given anew to change any."
        issue={issueAt('headers')}
      >
        {text('headers', 2)}
      </Labelled>
      <Labelled name="limitKind" label="Rate limit" issue={issueAt('rateLimit')}>
        <select
          id="field-limitKind"
          value={form.limitKind}
          disabled={isReadOnly}
          onChange={(event) =>
            setForm({ ...form, limitKind: event.currentTarget.value as EndpointForm['limitKind'] })
          }
        >
          <option value="own">The app’s own</option>
          <option value="none">None</option>
          <option value="this">At most …</option>
        </select>
        {form.limitKind === 'this' ? (
          <span class="limit">
            <label class="hidden" for="field-limit">
              Requests
            </label>
            {text('limit')} requests in any
            <label class="hidden" for="field-windowSeconds">
              Seconds
            </label>
            {text('windowSeconds')} s
          </span>
        ) : null}
      </Labelled>
      <Labelled name="description" label="Description" issue={issueAt('description')}>
        {text('description')}
      </Labelled>
      {error === null ? null : (
        <p class="error" role="alert">
          {error instanceof Error ? error.message : String(error)}
        </p>
      )}
      {isReadOnly ? null : (
        <div class="buttons">
          {cancel ? (
            <button type="button" onClick={cancel}>
              Cancel
            </button>
          ) : null}
          <button type="submit" class="primary" disabled={isBusy}>
            {action}
          </button>
        </div>
      )}
    </form>
  )
}

const Labelled = ({
  name,
  label,
  hint,
  issue,
  children,
}: {
  name: string
  label: string
  hint?: string
  issue: string | undefined
  children: ComponentChildren
}) => (
  <div class={issue === undefined ? 'field' : 'field wrong'}>
    <label for={`field-${name}`}>{label}</label>
    <div>{children}</div>
    {hint === undefined ? null : <p class="hint">{hint}</p>}
    {issue === undefined ? null : <p class="issue">{issue}</p>}
  </div>
)
