import { useEffect, useState } from 'preact/hooks'
import { fullTime } from '../text/time.js'
import { serverNow } from '../text/server-clock.js'

const two = (value: number) => String(value).padStart(2, '0')

const left = (until: string): string => {
  const seconds = Math.max(0, Math.round((new Date(until).getTime() - serverNow()) / 1_000))
  const hours = Math.floor(seconds / 3_600)
  return `${hours}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

/** How long is left, to the second: `23:59:58`. */
export const Countdown = ({ until }: { until: string }) => {
  const [text, setText] = useState(() => left(until))
  useEffect(() => {
    const timer = setInterval(() => setText(left(until)), 1_000)
    return () => clearInterval(timer)
  }, [until])
  return (
    <time dateTime={until} title={fullTime(until)} class="number">
      {text}
    </time>
  )
}
