import { bodyAtHand, readNodeBody, type NodeStreamLike } from './read-node-body.js'
import type { Receiver } from './receiver.js'
import type { Body } from './request.js'
import { requireReceiver } from './require-receiver.js'

interface RequestLike {
  readonly method: string
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly raw: unknown
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
    parser: (request: unknown, payload: unknown, done: (error: Error | null, body?: unknown) => void) => void,
  ): unknown
  setErrorHandler(
    handler: (error: { code?: string }, request: RequestLike, reply: ReplyLike) => unknown,
  ): unknown
  route(options: {
    method: string[]
    url: string
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

const FIX =
  'Register fastifyReceiver as it is, not through fastify-plugin, and let no preParsing hook and no plugin read the body before it.'

/**
 * Fastify plugin around a receiver. Encapsulated: that bodies are left unparsed applies to this route alone, and the rest of
 * the app goes on parsing JSON.
 * @throws InvalidOptionsError without a receiver.
 * @example
 * await app.register(fastifyReceiver, { receiver, path: '/cms' })
 */
export const fastifyReceiver = async (app: FastifyLike, options: FastifyReceiverOptions): Promise<void> => {
  const { receiver, path = '/' } = options
  requireReceiver('fastifyReceiver', receiver)
  const serve = async (request: RequestLike, reply: ReplyLike, payload: unknown): Promise<unknown> => {
    const { method, headers } = request
    const readBody = (limit: number, signal: AbortSignal) => readPayload(payload, limit, signal)
    const { status, headers: sent, body } = await receiver.handle({ method, headers, readBody })
    return reply.code(status).headers(sent).send(body)
  }
  app.removeAllContentTypeParsers()
  // The stream itself is the body: Fastify's own reading has no deadline.
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  app.setErrorHandler((error, request, reply) => {
    // What the app's own hooks throw is the app's to answer. Of a Content-Type that is none, nothing was read.
    if (error.code !== 'FST_ERR_CTP_INVALID_MEDIA_TYPE') throw error
    return serve(request, reply, request.raw)
  })
  app.route({
    method: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    url: path,
    handler: (request, reply) => serve(request, reply, request.body),
  })
}

/** Fastify leaves the body of a request without content undefined or null. */
const readPayload = async (payload: unknown, limit: number, signal: AbortSignal): Promise<Body> => {
  if (isStream(payload)) return readNodeBody(payload, FIX, limit, signal)
  return bodyAtHand(payload, FIX) ?? { kind: 'bytes', bytes: '' }
}

const isStream = (payload: unknown): payload is NodeStreamLike =>
  typeof (payload as Partial<NodeStreamLike> | null | undefined)?.resume === 'function'
