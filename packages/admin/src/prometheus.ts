import type { Labels, Metric } from '@swigs/webhooks-dispatcher'

/** Prometheus' text format, version 0.0.4. Source: Prometheus' docs, "Exposition formats". */
export const PROMETHEUS_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

/** Metrics as Prometheus reads them. Names become what its own translation of OpenTelemetry's makes of them. */
export const prometheusText = (metrics: readonly Metric[]): string => metrics.map(family).join('')

/** `swigs_webhooks.attempt.duration`, in `s`, is `swigs_webhooks_attempt_duration_seconds`. */
export const prometheusName = ({ name, kind, unit }: Pick<Metric, 'name' | 'kind' | 'unit'>): string =>
  `${name.replaceAll('.', '_')}${unit === 's' ? '_seconds' : ''}${kind === 'counter' ? '_total' : ''}`

const family = (metric: Metric): string => {
  const name = prometheusName(metric)
  const lines = [
    `# HELP ${name} ${escaped(metric.description, /[\\\n]/g)}`,
    `# TYPE ${name} ${metric.kind}`,
    ...metric.values.map(({ labels, value }) => sample(name, labels, value)),
    ...metric.histograms.flatMap(({ labels, counts, sum }) => {
      let count = 0
      const buckets = counts.map((inside, index) => {
        count += inside
        const le = number(metric.bounds[index] ?? Infinity)
        return sample(`${name}_bucket`, { ...labels, le }, count)
      })
      return [...buckets, sample(`${name}_sum`, labels, sum), sample(`${name}_count`, labels, count)]
    }),
  ]
  return `${lines.join('\n')}\n`
}

const sample = (name: string, labels: Labels, value: number): string => {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text, /[\\\n"]/g)}"`)
  return `${name}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''} ${number(value)}`
}

const number = (value: number): string => (value === Infinity ? '+Inf' : String(value))

const escaped = (text: string, special: RegExp): string =>
  text.replace(special, (character) => (character === '\n' ? '\\n' : `\\${character}`))
