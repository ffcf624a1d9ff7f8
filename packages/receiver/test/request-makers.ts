import { signStandard } from '@swigs/webhooks-protocol'
import type { Dedupe } from '../src/dedupe.js'
import type { Mount, Sent } from './mounts.js'
import { SECRET, signed } from './support.js'

/** Sends one request after the other; all are answered with the same status, and the last answer counts. */
export const each =
  (...requests: (() => Sent)[]) =>
  async (mount: Mount) => {
    const answers = []
    for (const request of requests) answers.push(await mount.send(request()))
    const [last] = answers.slice(-1)
    if (!last) throw new Error('nothing was sent')
    if (answers.some(({ status }) => status !== last.status)) throw new Error(JSON.stringify(answers))
    return last
  }

/** A request that verifies but for a header. */
export const withHeaders = (headers: Record<string, string>) => (): Sent => {
  const request = signed()
  return { ...request, headers: { ...request.headers, ...headers } }
}

/** Signed with a byte order mark before it. */
export const marked = (): Sent => {
  const request = signed()
  const body = `\ufeff${request.body}`
  const { 'webhook-id': id = '', 'webhook-timestamp': timestampSeconds = '' } = request.headers
  const signature = signStandard({ id, timestampSeconds, body, secrets: [SECRET] })
  return { headers: { ...request.headers, 'webhook-signature': signature }, body }
}

export const never = () => new Promise<never>(() => undefined)
export const CLOSES = { connection: 'close' }
export const hangingDedupe: Dedupe = { claim: never, complete: never, release: never }
/** A body of which a few bytes come, and then nothing. */
export const stalled = () =>
  new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(Buffer.from('{"id":')) })
