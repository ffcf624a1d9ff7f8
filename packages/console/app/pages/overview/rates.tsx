import { api } from '../../api/client.js'
import { useLoad } from '../../state/use-load.js'
import { percentile, sumOf } from '../../text/metrics.js'
import { duration } from '../../text/time.js'
import { count } from '../../text/words.js'
import { Tile } from '../../ui/tile.js'
import { serverNow } from '../../text/server-clock.js'

const MINUTES = 5

const aMinute = (sum: number): string => {
  const rate = sum / MINUTES
  return rate > 0 && rate < 10 ? rate.toFixed(1) : count(Math.round(rate))
}

/** How it went in the last five minutes. */
export const Rates = () => {
  const { data } = useLoad(
    'rates',
    () => api.metrics(null, new Date(serverNow() - MINUTES * 60_000).toISOString(), 'minute'),
    { live: true },
  )
  if (data === null) return null
  const { delivered, failed, latency } = sumOf(data.points)
  const share = (part: number) => {
    const ms = percentile(latency, part)
    return ms === null ? 'none' : duration(ms)
  }
  return (
    <>
      <Tile name="Delivered a minute" value={aMinute(delivered)} />
      <Tile name="Failed a minute" value={aMinute(failed)} tone={failed > 0 ? 'bad' : 'good'} />
      <Tile name="Half take (p50)" value={share(0.5)} />
      <Tile name="95 of 100 take (p95)" value={share(0.95)} />
    </>
  )
}
