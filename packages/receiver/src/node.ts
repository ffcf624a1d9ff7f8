import type { Answer } from './answers.js'
import { fromNode, type NodeRequestLike } from './read-node-body.js'
import type { Receiver } from './receiver.js'
import { requireReceiver } from './require-receiver.js'

/** The part of Node's ServerResponse that is used. */
export interface NodeResponseLike {
  statusCode: number
  readonly headersSent?: boolean
  setHeader(name: string, value: string): unknown
  end(body?: string): unknown
}

const FIX = 'Hand nodeReceiver the request before anything else reads it.'

/**
 * A listener for Node's own server around a receiver. It answers every request that it is given.
 * @throws InvalidOptionsError without a receiver.
 * @example
 * createServer(nodeReceiver(receiver)).listen(3000)
 */
export const nodeReceiver = (receiver: Receiver) => {
  requireReceiver('nodeReceiver', receiver)
  return async (request: NodeRequestLike, response: NodeResponseLike): Promise<void> =>
    send(response, await receiver.handle(fromNode(request, FIX)))
}

/** Sends an answer, unless the app's own timeout was faster. */
export const send = (response: NodeResponseLike, { status, headers, body }: Answer): void => {
  if (response.headersSent) return
  response.statusCode = status
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
  response.end(body)
}
