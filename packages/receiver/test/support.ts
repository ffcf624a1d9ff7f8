import { swigsEvents } from '@swigs/webhooks-protocol'
import { createReceiver, type ReceiverOptions } from '../src/receiver.js'
import { signedRequest, type SignedRequestOptions } from '../src/testing.js'

export const SECRET = 'receiver-secret-receiver-secret-0123'

/** Nobody hears it. */
export const silent = { warn: () => undefined, error: () => undefined }

/** A logger whose lines are kept, fields and text. */
export const noting = () => {
  const lines: string[] = []
  const note = (fields: object, message: string) => void lines.push(`${JSON.stringify(fields)} ${message}`)
  return { lines, logger: { warn: note, error: note } }
}

const data = { customerId: 'c1', email: 'ada@example.com', changedFields: ['firstName'] }

/** A request that verifies. */
export const signed = (over: Partial<SignedRequestOptions> & { type?: string; data?: unknown } = {}) => {
  const { type = 'customer.updated', data: payload = data, ...options } = over
  return signedRequest(type, payload, { secret: SECRET, ...options })
}

/** A receiver with a catalogue, whose handler notes what it gets, and what was logged. */
export const receiverThat = (
  handle: (signal: AbortSignal) => unknown = () => undefined,
  options: Partial<ReceiverOptions<typeof swigsEvents>> = {},
) => {
  const handled: string[] = []
  const { lines, logger } = noting()
  const receiver = createReceiver({
    secret: ['an-earlier-secret-an-earlier-secret', SECRET],
    events: swigsEvents,
    logger,
    on: {
      'customer.updated': async ({ id, data: { changedFields } }, { signal }) => {
        await handle(signal)
        handled.push(`${id} ${changedFields.join()}`)
      },
    },
    ...options,
  })
  return { receiver, handled, lines }
}

/** Resolves when it is opened. */
export const gate = () => {
  let open = (): void => undefined
  const opened = new Promise<void>((resolve) => (open = resolve))
  return { opened, open }
}
