import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'

/** A request as the receiver saw it. */
export interface Arrival {
  /** The subscription's path. */
  readonly path: string
  readonly eventId: string
  readonly n: number
  /** Epoch ms, fractional, before the answer was given. */
  readonly at: number
  /** The name of the process that sent it. */
  readonly process: string
  /** The status that it was answered, once that was written. */
  status?: number
}

/** What a receiver does with a request. */
export type Answer = (arrival: Arrival, response: ServerResponse) => void

/** A receiver on loopback that remembers what came, and answers 200 unless told. */
export const startReceiver = async (
  answer: Answer = (_arrival, response) => void response.writeHead(200).end(),
) => {
  const arrivals: Arrival[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { id, data } = JSON.parse(Buffer.concat(chunks).toString()) as { id: string; data: { n: number } }
      const at = performance.timeOrigin + performance.now()
      const process = String(request.headers[PROCESS_HEADER] ?? '')
      const arrival: Arrival = { path: request.url ?? '', eventId: id, n: data.n, at, process }
      const answered = () => void (response.headersSent && (arrival.status = response.statusCode))
      response.once('finish', answered).once('close', answered)
      arrivals.push(arrival)
      answer(arrival, response)
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  return { url: `http://127.0.0.1:${port}`, arrivals, close }
}

/** Which process has sent a request. */
export const PROCESS_HEADER = 'x-process'

/** The most arrivals that any window of `windowMs` saw. */
export const densest = (arrivals: readonly Arrival[], windowMs: number): number => {
  const times = arrivals.map(({ at }) => at).sort((a, b) => a - b)
  let most = 0
  for (let first = 0, last = 0; last < times.length; last += 1) {
    while ((times[last] ?? 0) - (times[first] ?? 0) >= windowMs) first += 1
    most = Math.max(most, last - first + 1)
  }
  return most
}

/** How many arrivals repeat an event at the same subscription. */
export const duplicates = (arrivals: readonly Arrival[]): number =>
  arrivals.length - new Set(arrivals.map(({ path, eventId }) => `${path} ${eventId}`)).size
