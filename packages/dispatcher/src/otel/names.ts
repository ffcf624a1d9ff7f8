/**
 * Names of OpenTelemetry's semantic conventions, version 1.45.0: messaging spans (in development there) and HTTP client spans (stable).
 * Written out, so that the entry needs nothing but the API.
 */
export const NAMES = {
  system: 'messaging.system',
  operationName: 'messaging.operation.name',
  operationType: 'messaging.operation.type',
  /** The event's type. */
  destination: 'messaging.destination.name',
  /** The subscription's id. */
  subscription: 'messaging.destination.subscription.name',
  /** The event's id. */
  messageId: 'messaging.message.id',
  method: 'http.request.method',
  /** How often it was sent before. */
  resendCount: 'http.request.resend_count',
  statusCode: 'http.response.status_code',
  serverAddress: 'server.address',
  serverPort: 'server.port',
  urlFull: 'url.full',
  urlScheme: 'url.scheme',
  errorType: 'error.type',
} as const

/** What those conventions have no name for. */
export const OWN_NAMES = {
  siteId: 'swigs_webhooks.site.id',
  deliveryId: 'swigs_webhooks.delivery.id',
  attempt: 'swigs_webhooks.delivery.attempt',
  duplicate: 'swigs_webhooks.event.duplicate',
} as const

/** The value of `messaging.system`, and what instruments and tracers are known by. */
export const SYSTEM = 'swigs_webhooks'
export const SCOPE = '@swigs/webhooks-dispatcher'
