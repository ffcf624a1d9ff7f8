import { api } from '../../api/client.js'
import type { Count, Me, Subscription } from '../../api/types.js'
import { act, ask, tell, tellError } from '../../state/dialogs.js'
import { may } from '../../state/me.js'
import { go } from '../../state/route.js'
import { duration } from '../../text/time.js'
import { deliveriesAtLeast } from '../../text/words.js'
import { showSecret } from './secret.js'

const OVERLAP_MS = 86_400_000

interface ActsProps {
  readonly endpoint: Subscription
  /** What may be done to this one. */
  readonly mine: Me
  /** What waits for it, where that is known. */
  readonly waiting: Count | null
  readonly again: () => void
}

/** What can be done to an endpoint. */
export const EndpointActs = ({ endpoint, mine, waiting, again }: ActsProps) => {
  const { id, appName, state } = endpoint
  const kind = endpoint.state
  const lost = waiting === null ? 'What waits' : deliveriesAtLeast(waiting)
  const done = (isDone: boolean) => isDone && again()

  const pause = async () => {
    const yes = await ask({
      title: `Pause 1 endpoint: ${appName}?`,
      body: 'Nothing is sent to it until it is resumed. What happens meanwhile waits.',
      action: 'Pause 1 endpoint',
      isDestructive: true,
    })
    if (yes) done(await act(`${appName} is paused.`, () => api.pause(id)))
  }
  const switchOff = async () => {
    const yes = await ask({
      title: `Switch 1 endpoint off: ${appName}?`,
      body: `Nothing is kept for it any more: ${lost} will be cancelled, and what happens meanwhile never reaches it.`,
      action: 'Switch 1 endpoint off',
      isDestructive: true,
    })
    if (yes) done(await act(`${appName} is off.`, () => api.switchOff(id)))
  }
  const resume = async () => done(await act(`${appName} is sent to again.`, () => api.resume(id)))
  const release = async () =>
    done(await act(`What held ${appName} back is lifted; its rate limit stays.`, () => api.release(id)))
  const test = async () => {
    try {
      const { success, error, statusCode, durationMs } = await api.test(id)
      if (success) tell(`The test was delivered: ${statusCode} after ${duration(durationMs ?? 0)}.`)
      else tellError(new Error(`The test was not delivered. ${error ?? ''}`))
    } catch (error) {
      tellError(error)
    }
    again()
  }
  const rotate = async () => {
    const yes = await ask({
      title: `Make a new secret for ${appName}?`,
      body: `The old one signs beside it for ${duration(OVERLAP_MS)}, then no longer. The new one is shown once.`,
      action: 'Make a new secret',
      isDestructive: true,
    })
    if (yes) done(await act(null, async () => showSecret(await api.rotate(id, OVERLAP_MS))))
  }
  const remove = async () => {
    const yes = await ask({
      title: `Remove 1 endpoint: ${appName}?`,
      body: `It is told of nothing any more, and ${lost} will be cancelled. This cannot be taken back.`,
      action: 'Remove 1 endpoint',
      isDestructive: true,
    })
    if (yes && (await act(`${appName} is removed.`, () => api.remove(id)))) go('endpoints')
  }

  const acts: readonly { text: string; needs: string; run: () => Promise<unknown>; look?: string }[] = [
    { text: 'Send a test', needs: 'POST /:id/test', run: test },
    { text: 'Release a hold', needs: 'POST /:id/release', run: release },
    { text: 'New secret', needs: 'POST /:id/rotate-secret', run: rotate },
    ...(kind === 'active' ? [{ text: 'Pause', needs: 'POST /:id/pause', run: pause }] : []),
    ...(kind !== 'off' && state !== undefined
      ? [{ text: 'Switch off', needs: 'POST /:id/pause', run: switchOff, look: 'danger' }]
      : []),
    ...(kind === 'active'
      ? []
      : [{ text: 'Resume', needs: 'POST /:id/resume', run: resume, look: 'primary' }]),
    { text: 'Remove', needs: 'DELETE /:id', run: remove, look: 'danger' },
  ]
  return (
    <>
      {acts
        .filter(({ needs }) => may(needs, mine))
        .map(({ text, run, look }) => (
          <button key={text} type="button" class={look} onClick={() => void run()}>
            {text}
          </button>
        ))}
    </>
  )
}
