import { REFUSALS } from './answers.js'
import type { Receiver } from './receiver.js'
import { requireReceiver } from './require-receiver.js'

interface RequestLike {
  readonly method: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: unknown
}

interface ReplyLike {
  code(status: number): ReplyLike
  headers(values: Readonly<Record<string, string>>): ReplyLike
  send(body: string): unknown
}

/** The part of a Fastify instance (5) that is used. */
export interface FastifyLike {
  removeAllContentTypeParsers(): unknown
  addContentTypeParser(
    type: string,
    options: { parseAs: 'buffer' },
    parser: (request: unknown, body: Buffer, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown
  setErrorHandler(handler: (error: { code?: string }, request: unknown, reply: ReplyLike) => unknown): unknown
  route(options: {
    method: string[]
    url: string
    bodyLimit: number
    handler: (request: RequestLike, reply: ReplyLike) => Promise<unknown>
  }): unknown
}

/** Where the receiver is mounted. */
export interface FastifyReceiverOptions {
  /** What `createReceiver` gave. */
  readonly receiver: Receiver
  /** Default `/`, under the prefix that the plugin is registered with. */
  readonly path?: string | undefined
}

/**
 * Fastify plugin around a receiver. Encapsulated: its raw-body parser applies to this route alone, and the rest of the app
 * goes on parsing JSON.
 * @throws InvalidOptionsError without a receiver.
 * @example
 * await app.register(fastifyReceiver, { receiver, path: '/cms' })
 */
export const fastifyReceiver = async (app: FastifyLike, options: FastifyReceiverOptions): Promise<void> => {
  const { path = '/' } = options
  const receiver = requireReceiver('fastifyReceiver', options.receiver)
  const { maxBodyBytes } = receiver.verification
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  app.setErrorHandler((error, _request, reply) => {
    // What the app's own hooks throw is the app's to answer.
    if (!error.code?.startsWith('FST_ERR_CTP')) throw error
    const { status, headers, body } =
      error.code === 'FST_ERR_CTP_BODY_TOO_LARGE' ? REFUSALS.tooLarge : REFUSALS.malformed
    return reply.code(status).headers(headers).send(body)
  })
  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: path,
    bodyLimit: maxBodyBytes,
    handler: async ({ method, headers, body }, reply) => {
      // Fastify leaves the body of a POST without content undefined or null.
      const bytes = body instanceof Uint8Array ? body : ''
      const given = await receiver.handle({ method, headers, body: bytes })
      return reply.code(given.status).headers(given.headers).send(given.body)
    },
  })
}
