import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { buildConnector, Client, type Dispatcher } from 'undici'

/** Where undici hands each request to whoever instruments it, before it is sent. Source: undici's docs, DiagnosticsChannel. */
const CREATED = 'undici:request:create'
const created = channel(CREATED)

/** The request in its message: documented, and made to be written to. */
interface CreatedRequest {
  readonly method: string
  path: string
  /** Names and values in turn. */
  headers: unknown
}

/** A client's connection, as its requests are told of it. */
export interface Connection {
  /** Whom it is to, with the port; `null` while there is none. */
  address: string | null
}

/** Options of a request that wants to know which connection it goes over. */
export interface ToldOptions extends Dispatcher.DispatchOptions {
  readonly toldOf?: { connection: Connection | null } | undefined
}

/**
 * A connection's client whose requests leave as they were meant to, whatever instruments undici in this process (OpenTelemetry
 * and others do, for the whole process): it is shown a path without its query, and what it adds to the headers is taken away again,
 * so that a receiver learns nothing of the traces here, and a trace nothing of a secret in an address. While nobody listens it costs
 * nothing.
 */
export class UnseenClient extends Client {
  readonly #connection: Connection

  constructor(origin: URL | string, { connect, ...options }: Client.Options = {}) {
    const connection: Connection = { address: null }
    const connector = typeof connect === 'function' ? connect : buildConnector(connect ?? {})
    super(origin, {
      ...options,
      connect: (target, callback) => {
        connection.address = null
        connector(target, (...made: Parameters<buildConnector.Callback>) => {
          if (made[1]) connection.address = addressOf(made[1])
          callback(...made)
        })
      },
    })
    this.#connection = connection
  }

  override dispatch(options: ToldOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (options.toldOf) options.toldOf.connection = this.#connection
    if (!created.hasSubscribers || options.method === 'CONNECT') return super.dispatch(options, handler)
    const { path, headers } = options
    const shown = path.split('?', 1)[0] ?? path
    let restored = false
    const restore = (message: unknown): void => {
      const { request } = message as { request: CreatedRequest }
      if (restored || request.method !== options.method || request.path !== shown) return
      restored = true
      request.path = path
      request.headers = onlyOf(request.headers, namesOf(headers))
    }
    // The last of those who are told: whatever the others did is done. undici tells them while it takes the request.
    subscribe(CREATED, restore)
    try {
      return super.dispatch({ ...options, path: shown }, handler)
    } finally {
      unsubscribe(CREATED, restore)
    }
  }
}

const addressOf = ({ remoteAddress, remotePort }: Socket): string | null =>
  remoteAddress === undefined
    ? null
    : `${remoteAddress.includes(':') ? `[${remoteAddress}]` : remoteAddress}:${remotePort}`

/** Headers as undici takes them: names and values in turn, pairs, or a record. */
const namesOf = (headers: Dispatcher.DispatchOptions['headers']): string[] => {
  if (!headers) return []
  if (Array.isArray(headers)) return headers.filter((_text, index) => index % 2 === 0).map(String)
  return Symbol.iterator in headers ? [...headers].map(([name]) => String(name)) : Object.keys(headers)
}

/** What was given, in the same order: as many of a name as there were, and those come first. */
const onlyOf = (headers: unknown, given: readonly string[]): unknown => {
  if (!Array.isArray(headers)) return headers
  const left = new Map<string, number>()
  for (const name of given) left.set(name.toLowerCase(), (left.get(name.toLowerCase()) ?? 0) + 1)
  const kept: unknown[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = String(headers[at]).toLowerCase()
    const count = left.get(name) ?? 0
    if (count === 0) continue
    left.set(name, count - 1)
    kept.push(headers[at], headers[at + 1])
  }
  return kept
}
