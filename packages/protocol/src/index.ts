export { webhooksEvents } from './webhooks-events.js'
export { isIdentityEncoding } from './content-encoding.js'
export { CUSTOMER_FIELDS, publicCustomer, type CustomerInput, type PublicCustomer } from './customer.js'
export {
  defineEvents,
  type EventCatalogue,
  type EventData,
  type EventDefinition,
  type EventInput,
  type EventType,
} from './define-events.js'
export {
  EVENT_ID_PATTERN,
  EVENT_TYPE_PATTERN,
  isEventType,
  parseEnvelope,
  serialiseEnvelope,
  type Envelope,
} from './envelope.js'
export {
  AddressRefusedError,
  ConflictError,
  errorName,
  errorText,
  InvalidCursorError,
  InvalidEventError,
  InvalidOptionsError,
  InvalidSecretError,
  InvalidSubscriptionError,
  isWebhooksError,
  issuesFromZod,
  issuesToText,
  NotFoundError,
  PayloadTooLargeError,
  SessionUnsupportedError,
  StorageUnavailableError,
  StoppedError,
  WebhooksError,
  type ErrorOptions,
  type Issue,
} from './errors.js'
export { HEADERS, isAllowedCustomHeader, isSecretHeader, RESERVED_HEADERS } from './headers.js'
export type { ObjectIdLike } from './json.js'
export type { FetchHeaders, HeaderBag } from './read-headers.js'
export { assertSecret, generateSecret, MASKED_SECRET, secretKey } from './secrets.js'
export {
  signedHeaders,
  signLegacy,
  signStandard,
  type AttemptToSign,
  type StandardSignatureInput,
} from './sign.js'
export { formatTraceparent, parseTraceparent, type TraceParent } from './trace-parent.js'
export { swigsEvents, type SwigsEvents } from './swigs-events.js'
export {
  verify,
  verifySignature,
  type Rejected,
  type RejectionReason,
  type Verified,
  type VerifyInput,
} from './verify.js'
