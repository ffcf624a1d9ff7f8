import { useEffect, useState } from 'preact/hooks'
import { api } from '../../api/client.js'
import type { ReplayWhich, Subscription } from '../../api/types.js'
import { go } from '../../state/route.js'
import { toLocalInput, fromLocalInput } from '../../text/time.js'
import { REPLAY_WHICH } from '../../text/words.js'
import { Dialog } from '../../ui/dialogs.js'
import { beginReplay } from '../given-up/resend-all.js'
import { serverNow } from '../../text/server-clock.js'

const DAY_MS = 86_400_000

/** Asks for a time, and what of it to send again. */
export const NewReplay = ({ subscriptionId }: { subscriptionId: string }) => {
  const [endpoints, setEndpoints] = useState<readonly Subscription[]>([])
  const [target, setTarget] = useState(subscriptionId)
  const [which, setWhich] = useState<ReplayWhich>('failed')
  const [since, setSince] = useState(() => toLocalInput(new Date(serverNow() - DAY_MS).toISOString()))
  const [until, setUntil] = useState('')
  useEffect(() => {
    api.subscriptions({ limit: 200 }).then(
      ({ items }) => setEndpoints(items),
      () => undefined,
    )
  }, [])
  const close = () => go('replays')
  const begin = async (event: Event) => {
    event.preventDefault()
    const from = fromLocalInput(since)
    if (from === '') return
    const to = fromLocalInput(until)
    close()
    await beginReplay({
      which,
      since: from,
      ...(to !== '' && { until: to }),
      ...(target !== '' && { subscriptionId: target }),
    })
  }
  return (
    <Dialog title="Send a time again" onClose={close}>
      <form class="fields" onSubmit={(event) => void begin(event)}>
        <label class="field">
          <span>What</span>
          <select value={which} onChange={(event) => setWhich(event.currentTarget.value as ReplayWhich)}>
            {Object.entries(REPLAY_WHICH).map(([key, text]) => (
              <option key={key} value={key}>
                {text}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>To</span>
          <select value={target} onChange={(event) => setTarget(event.currentTarget.value)}>
            <option value="">All endpoints</option>
            {endpoints.map(({ id, appName }) => (
              <option key={id} value={id}>
                {appName}
              </option>
            ))}
          </select>
        </label>
        <label class="field">
          <span>Happened from</span>
          <input
            type="datetime-local"
            required
            value={since}
            onInput={(event) => setSince(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>Before; empty: now</span>
          <input
            type="datetime-local"
            value={until}
            onInput={(event) => setUntil(event.currentTarget.value)}
          />
        </label>
        <div class="buttons">
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Count, then ask
          </button>
        </div>
      </form>
    </Dialog>
  )
}
