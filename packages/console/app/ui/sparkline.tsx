import { useEffect, useRef, useState } from 'preact/hooks'
import { api } from '../api/client.js'
import type { MetricsPoint } from '../api/types.js'
import { RANGES, sinceOf, sumOf } from '../text/metrics.js'
import { counted } from '../text/words.js'

const WIDTH = 96
const HEIGHT = 22
const DAY = RANGES[1]

/** A day of an endpoint, asked for when it is seen. */
export const Sparkline = ({ id }: { id: string }) => {
  const element = useRef<HTMLSpanElement>(null)
  const [points, setPoints] = useState<readonly MetricsPoint[] | null>(null)
  useEffect(() => {
    const host = element.current
    if (!host || !DAY) return
    let isOver = false
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return
      seen.disconnect()
      api.metrics(id, sinceOf(DAY), DAY.step).then(
        (metrics) => !isOver && setPoints(metrics.points),
        () => undefined,
      )
    })
    seen.observe(host)
    return () => {
      isOver = true
      seen.disconnect()
    }
  }, [id])
  return (
    <span ref={element} class="spark">
      {points === null ? null : <Bars points={points} />}
    </span>
  )
}

const Bars = ({ points }: { points: readonly MetricsPoint[] }) => {
  const { delivered, failed } = sumOf(points)
  const most = Math.max(1, ...points.map(({ attempts }) => attempts))
  const step = WIDTH / points.length
  const bar = (value: number, below: number, index: number, look: string) =>
    value === 0 ? null : (
      <rect
        key={`${look} ${index}`}
        class={look}
        x={index * step}
        y={HEIGHT - ((below + value) / most) * HEIGHT}
        width={Math.max(1, step - 1)}
        height={(value / most) * HEIGHT}
      />
    )
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={`In 24 hours ${counted(delivered, 'attempt')} delivered, ${counted(failed, 'attempt')} failed`}
    >
      <line class="ground" x1="0" x2={WIDTH} y1={HEIGHT - 0.5} y2={HEIGHT - 0.5} />
      {points.map(({ delivered: good }, index) => bar(good, 0, index, 'good'))}
      {points.map(({ delivered: good, failed: bad }, index) => bar(bad, good, index, 'bad'))}
    </svg>
  )
}
