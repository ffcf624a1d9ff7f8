import { useState } from 'preact/hooks'
import { api } from '../api/client.js'
import { ApiError } from '../api/request.js'
import type { Catalogue, Sent, Subscription } from '../api/types.js'
import { ask } from '../state/dialogs.js'
import { me } from '../state/me.js'
import { hrefOf, route } from '../state/route.js'
import { useLoad } from '../state/use-load.js'
import { Head } from '../ui/basics.js'
import { Loadable } from '../ui/states.js'
import { IssueList } from './send/issues.js'
import { SentResult } from './send/result.js'
import { exampleOf, problemsOf } from './send/check.js'

/** An event by hand: a type, its example, to one endpoint or to all that subscribe. */
export const SendPage = () => {
  const load = useLoad('send', async () => {
    const [catalogue, page] = await Promise.all([api.catalogue(), api.subscriptions({ limit: 200 })])
    return { catalogue, endpoints: page.items }
  })
  return (
    <>
      <Head title="Send" sub="An event by hand, to all that subscribe or to one" />
      <Loadable of={load}>{(given) => <SendForm {...given} />}</Loadable>
    </>
  )
}

const SendForm = ({ catalogue, endpoints }: { catalogue: Catalogue; endpoints: readonly Subscription[] }) => {
  const asked = route.value.query['type']
  const [type, setType] = useState(asked ?? catalogue.types[0]?.type ?? 'order.created')
  const [text, setText] = useState(() => exampleOf(catalogue, type))
  const [target, setTarget] = useState('')
  const [siteId, setSiteId] = useState(firstSite)
  const [sent, setSent] = useState<Sent | null>(null)
  const [error, setError] = useState<unknown>(null)
  const problems = problemsOf(catalogue, type, text)
  const toName = endpoints.find(({ id }) => id === target)?.appName

  const choose = (next: string) => {
    setType(next)
    setText(exampleOf(catalogue, next))
  }
  const send = async (event: Event) => {
    event.preventDefault()
    const yes = await ask({
      title: `Send 1 ${type} event?`,
      body:
        toName === undefined
          ? 'It goes to every endpoint that subscribes to its type, like one that the app sends.'
          : `It goes to ${toName} alone, at once, once.`,
      action: 'Send 1 event',
    })
    if (!yes) return
    setSent(null)
    setError(null)
    // The data as it was typed: read and written again, long numbers would not be what they are.
    const fields = {
      type,
      ...(siteId !== '' && { siteId }),
      ...(target !== '' && { subscriptionId: target }),
    }
    try {
      setSent(await api.send(`${JSON.stringify(fields).slice(0, -1)},"data":${text}}`))
    } catch (given) {
      setError(given)
    }
  }

  return (
    <form class="fields send" onSubmit={(event) => void send(event)}>
      <div class="row">
        <label>
          <span>Type</span>
          {catalogue.isOpen ? (
            <input
              data-filter
              value={type}
              spellcheck={false}
              onInput={(event) => setType(event.currentTarget.value)}
            />
          ) : (
            <select data-filter value={type} onChange={(event) => choose(event.currentTarget.value)}>
              {catalogue.types.map((one) => (
                <option key={one.type}>{one.type}</option>
              ))}
            </select>
          )}
        </label>
        <label>
          <span>To</span>
          <select value={target} onChange={(event) => setTarget(event.currentTarget.value)}>
            <option value="">All that subscribe</option>
            {endpoints.map((one) => (
              <option key={one.id} value={one.id}>
                {one.appName}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>Site</span>
          <input
            value={siteId}
            placeholder="none"
            spellcheck={false}
            onInput={(event) => setSiteId(event.currentTarget.value)}
          />
        </label>
      </div>
      <p class="hint">{catalogue.types.find((one) => one.type === type)?.description ?? ''}</p>
      <label>
        <span>Data, as JSON</span>
        <textarea
          class="code"
          rows={16}
          spellcheck={false}
          value={text}
          aria-describedby="send-problems"
          aria-invalid={problems.length > 0}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <div id="send-problems" aria-live="polite">
        <IssueList issues={error instanceof ApiError && error.issues.length > 0 ? error.issues : problems} />
        {error === null ? null : (
          <p class="error" role="alert">
            {error instanceof Error ? error.message : String(error)}
          </p>
        )}
      </div>
      <div class="buttons">
        <button type="submit" class="primary" disabled={problems.length > 0}>
          Send to {toName ?? 'all'}
        </button>
        {sent?.eventId ? <a href={hrefOf('events', sent.eventId)}>See the event</a> : null}
      </div>
      {sent === null ? null : <SentResult sent={sent} />}
    </form>
  )
}

const firstSite = (): string => {
  const siteIds = me.value?.siteIds
  return siteIds === undefined || siteIds === 'all' ? '' : (siteIds[0] ?? '')
}
