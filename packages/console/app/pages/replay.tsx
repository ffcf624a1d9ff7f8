import { api } from '../api/client.js'
import type { Replay } from '../api/types.js'
import { act, ask } from '../state/dialogs.js'
import { may } from '../state/me.js'
import { useLoad } from '../state/use-load.js'
import { fullTime } from '../text/time.js'
import { count, deliveries, REPLAY_STATE, REPLAY_WHICH } from '../text/words.js'
import { Chip, Facts, Head, Id, Time } from '../ui/basics.js'
import { EndpointName } from '../ui/endpoint-name.js'
import { Loadable } from '../ui/states.js'

/** One time that is sent again: how far it is. */
export const ReplayPage = ({ id }: { id: string }) => {
  const load = useLoad(`replay ${id}`, () => api.replayOf(id), { live: true })
  return (
    <Loadable of={load}>
      {(replay) => (
        <>
          <Head
            title={
              <>
                Replay <Chip tone={REPLAY_STATE[replay.state].tone}>{REPLAY_STATE[replay.state].text}</Chip>
              </>
            }
            sub={<Id>{replay.id}</Id>}
          >
            <Stop replay={replay} again={load.again} />
          </Head>
          <Progress replay={replay} />
          <Facts
            rows={[
              ['What', REPLAY_WHICH[replay.which]],
              [
                'Endpoint',
                replay.subscriptionId === null ? 'all' : <EndpointName id={replay.subscriptionId} />,
              ],
              ['Event', replay.type ?? 'any'],
              ['Site', replay.siteId ?? 'any'],
              ['Happened from', fullTime(replay.since)],
              ['Before', fullTime(replay.until)],
              ['Begun', <Time at={replay.createdAt} />],
              ...(replay.finishedAt === null ? [] : [['Ended', <Time at={replay.finishedAt} />] as const]),
            ]}
          />
        </>
      )}
    </Loadable>
  )
}

const Progress = ({ replay: { done, sent, total, atLeast } }: { replay: Replay }) => (
  <div class="progress">
    <progress max={Math.max(total, done, 1)} value={done} aria-label="How far it is" />
    <p>
      {count(done)} of {atLeast ? 'at least ' : ''}
      {deliveries(total)} looked at, {count(sent)} sent again.
    </p>
  </div>
)

const Stop = ({ replay, again }: { replay: Replay; again: () => void }) => {
  if (replay.state !== 'running' || !may('POST /replays/:id/cancel')) return null
  const left = Math.max(0, replay.total - replay.done)
  const stop = async () => {
    const yes = await ask({
      title: `Stop it, with ${deliveries(left)} left?`,
      body: 'What it has made due already goes out. The rest is not sent.',
      action: `Leave ${deliveries(left)} unsent`,
      isDestructive: true,
    })
    if (yes && (await act('It is stopped.', () => api.cancelReplay(replay.id)))) again()
  }
  return (
    <button type="button" class="danger" onClick={() => void stop()}>
      Stop
    </button>
  )
}
