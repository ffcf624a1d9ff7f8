export { otelMetrics, type OtelMetricsOptions } from './otel-metrics.js'
export { otelTracing, type OtelTracingOptions } from './otel-tracing.js'
