import { PayloadTooLargeError } from '@swigs/webhooks-protocol'

/** @throws PayloadTooLargeError where an envelope is longer than what is accepted. */
export const checkLength = (type: string, body: string, maxPayloadBytes: number): void => {
  const bytes = Buffer.byteLength(body)
  if (bytes > maxPayloadBytes)
    throw new PayloadTooLargeError(
      `The ${type} event is ${bytes} bytes long, more than maxPayloadBytes (${maxPayloadBytes}). ` +
        'Send ids and let the receiver fetch the rest, or raise the option.',
    )
}
