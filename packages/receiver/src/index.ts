export type { Answer } from './answers.js'
export { memoryDedupe, type Claim, type Dedupe, type MemoryDedupeOptions } from './dedupe.js'
export { keepRawBody, verifyWebhook, type VerifiedRequest, type VerifiedWebhook } from './express.js'
export {
  createReceiver,
  type Handler,
  type Handlers,
  type ReceivedEvent,
  type Receiver,
  type ReceiverOptions,
} from './receiver.js'
export type { Logger, RawRequest, Verification, VerificationOptions } from './verification.js'
