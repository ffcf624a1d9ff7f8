import { useEffect, useRef } from 'preact/hooks'
import uPlot from 'uplot'
import { shortTime } from '../text/time.js'

/** One line of a chart. `color` is the name of a colour of the page. */
export interface Series {
  readonly name: string
  readonly color: 'accent' | 'good' | 'bad' | 'wait' | 'soft'
  readonly values: readonly (number | null)[]
  readonly isFilled?: boolean
}

interface ChartProps {
  readonly title: string
  readonly times: readonly string[]
  readonly series: readonly Series[]
  /** How a value is said: `1,200`, `250 ms`. */
  readonly say: (value: number) => string
}

/** Lines over time, and behind them the same as a table. */
export const Chart = ({ title, times, series, say }: ChartProps) => (
  <figure class="chart">
    <figcaption>
      <h3>{title}</h3>
      <ul class="legend">
        {series.map(({ name, color }) => (
          <li key={name} class={color}>
            {name}
          </li>
        ))}
      </ul>
    </figcaption>
    <Canvas title={title} times={times} series={series} say={say} />
    <details>
      <summary>As a table</summary>
      <div class="scroll" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              {series.map(({ name }) => (
                <th key={name} scope="col" class="number">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {times.map((at, index) => (
              <tr key={at}>
                <th scope="row">{shortTime(at)}</th>
                {series.map(({ name, values }) => (
                  <td key={name} class="number">
                    {sayAt(values[index], say)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  </figure>
)

const sayAt = (value: number | null | undefined, say: ChartProps['say']) =>
  value === null || value === undefined ? '' : say(value)

const HEIGHT = 150

const Canvas = ({ title, times, series, say }: ChartProps) => {
  const element = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const data = [times.map((at) => new Date(at).getTime() / 1_000), ...series.map(({ values }) => [...values])]
  const shape = series.map(({ name, color }) => `${name} ${color}`).join()
  const latest = useRef(data)
  latest.current = data

  useEffect(() => {
    const host = element.current
    if (!host) return
    const draw = () => {
      plot.current?.destroy()
      plot.current = new uPlot(optionsOf(host, series, say), latest.current as uPlot.AlignedData, host)
    }
    draw()
    const resized = new ResizeObserver(() =>
      plot.current?.setSize({ width: host.clientWidth, height: HEIGHT }),
    )
    resized.observe(host)
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', draw)
    return () => {
      resized.disconnect()
      scheme.removeEventListener('change', draw)
      plot.current?.destroy()
      plot.current = null
    }
  }, [shape])
  useEffect(() => plot.current?.setData(data as uPlot.AlignedData), [data])
  return (
    <div ref={element} class="plot" role="img" aria-label={`${title}. The numbers are in the table below.`} />
  )
}

const optionsOf = (host: HTMLElement, series: readonly Series[], say: ChartProps['say']): uPlot.Options => {
  const style = getComputedStyle(host)
  const colorOf = (name: string) => style.getPropertyValue(`--${name}`).trim()
  const axis = {
    stroke: colorOf('soft'),
    grid: { stroke: colorOf('line'), width: 1 },
    ticks: { show: false },
    font: `11px ${style.fontFamily}`,
  }
  return {
    width: host.clientWidth,
    height: HEIGHT,
    padding: [8, 8, 0, 0],
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(high, 1) * 1.1] } },
    axes: [
      { ...axis, grid: { show: false } },
      {
        ...axis,
        size: 64,
        values: (_plot, values) => values.map((value) => (Number.isInteger(value) ? say(value) : '')),
      },
    ],
    series: [
      {},
      ...series.map(({ name, color, isFilled }) => ({
        label: name,
        stroke: colorOf(color),
        width: 1.5,
        // A step alone between steps without attempts is a point, not a line.
        points: isFilled ? { show: false } : { size: 4 },
        ...(isFilled && { fill: `color-mix(in srgb, ${colorOf(color)} 16%, transparent)` }),
      })),
    ],
  }
}
