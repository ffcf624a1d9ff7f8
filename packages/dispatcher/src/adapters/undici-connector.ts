import { lookup } from 'node:dns/promises'
import type { Socket } from 'node:net'
import { buildConnector, errors } from 'undici'
import type { AddressGuard, ResolvedAddress } from '../ports/address-guard.js'
import { filterAnswers } from './answer-filter.js'
import { raceConnect } from './race-connect.js'
import { unlessAborted } from './when-aborted.js'

/** A connection may not be made: what the guard said, recognised when it comes back as the cause of a failed request. */
export class Refused extends Error {}

/** The guard found no address to connect to. */
export class Unresolved extends Error {
  readonly code = 'ENOTFOUND'
}

/** The proxy made no tunnel. It has no code: behind some of undici's own, undici would connect again and again. */
export class NoTunnel extends Error {
  constructor(cause: unknown) {
    const { message = '', code = 'no code' } = cause as { message?: string; code?: string }
    const status = /Proxy response \((\d{3})\)/.exec(message)?.[1]
    super(status ? `the proxy answered ${status}` : `no tunnel through the proxy: ${code}`)
  }
}

type Connector = buildConnector.connector
type Options = buildConnector.Options & { readonly signal?: AbortSignal }

/** The connections of one guard: each made to addresses that it lets through, each known until it is closed. */
export class GuardedConnections {
  readonly #guard: AddressGuard
  readonly #limitMs: () => number
  readonly #sockets = new Set<Socket>()
  readonly #attempts = new Set<AbortController>()
  // Keeps TLS sessions; the deadline is this class's.
  readonly #secure = buildConnector({ timeout: 0 })

  /** @param limitMs asked when an attempt begins: how long it may take, look-up and TLS included */
  constructor(guard: AddressGuard, limitMs: () => number) {
    this.#guard = guard
    this.#limitMs = limitMs
  }

  /** Straight to the host: to the very addresses that the guard has checked. */
  readonly direct: Connector = this.#connector(filterAnswers, async (options, signal) =>
    this.#race(await this.#checked(options.hostname), options, signal),
  )

  /** To a proxy, which whoever set it up vouches for. */
  readonly toProxy: Connector = this.#connector(asItIs, async (options, signal) => {
    const found = await lookup(options.hostname, { all: true, verbatim: true })
    const addresses = found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }) as const)
    return this.#race(addresses, options, signal)
  })

  /** Through a proxy's tunnel. The name is checked here; where it leads from there is the proxy's to say. */
  through(tunnel: Connector): Connector {
    return this.#connector(filterAnswers, async (options, signal) => {
      await this.#checked(options.hostname)
      const port = portOf(options)
      const host = `${options.hostname.includes(':') ? `[${options.hostname}]` : options.hostname}:${port}`
      // Without TLS, whatever follows: that is this class's to add, and to end.
      const plain: Options = { ...options, host, port: String(port), protocol: 'http:', signal }
      return new Promise((resolve, reject) => {
        tunnel(plain, (error, socket) => (error ? reject(new NoTunnel(error)) : resolve(socket)))
      })
    })
  }

  /** Nothing is left, whatever state it is in. */
  close(): void {
    for (const attempt of this.#attempts) attempt.abort(new errors.ClientDestroyedError())
    for (const socket of this.#sockets) socket.destroy()
  }

  #connector(
    prepare: (socket: Socket) => Socket,
    open: (options: Options, signal: AbortSignal) => Promise<Socket>,
  ): Connector {
    return (options, callback) => {
      const attempt = new AbortController()
      this.#attempts.add(attempt)
      const timer = setTimeout(() => attempt.abort(new errors.ConnectTimeoutError()), this.#limitMs())
      const made = async (): Promise<Socket> => {
        const socket = await open(options, attempt.signal)
        attempt.signal.addEventListener('abort', () => socket.destroy())
        if (attempt.signal.aborted) socket.destroy()
        return prepare(options.protocol === 'https:' ? await this.#upgrade(socket, options) : socket)
      }
      const settled = (): void => {
        clearTimeout(timer)
        this.#attempts.delete(attempt)
      }
      unlessAborted(made(), attempt.signal).then(
        (socket) => {
          settled()
          callback(null, socket)
        },
        (error: Error) => {
          settled()
          callback(error, null)
        },
      )
    }
  }

  async #checked(hostname: string): Promise<readonly ResolvedAddress[]> {
    const verdict = await this.#guard.resolve(hostname)
    if (verdict.kind === 'refused') throw new Refused(verdict.reason)
    if (verdict.kind === 'unresolved') throw new Unresolved(verdict.reason)
    return verdict.addresses
  }

  #race(addresses: readonly ResolvedAddress[], options: Options, signal: AbortSignal): Promise<Socket> {
    return raceConnect(addresses, portOf(options), { signal, onSocket: (socket) => this.#keep(socket) })
  }

  #upgrade(socket: Socket, options: Options): Promise<Socket> {
    const secured = new Promise<Socket>((resolve, reject) => {
      // What is under TLS may close without a word to what is over it.
      socket.once('close', () => reject(Object.assign(new Error('closed'), { code: 'ECONNRESET' })))
      this.#secure({ ...options, httpSocket: socket }, (error, secure) =>
        error ? reject(error) : resolve(secure),
      )
    })
    return secured.catch((error: unknown) => {
      socket.destroy()
      throw error
    })
  }

  /** Known until it is closed; TLS goes with what it goes over. */
  #keep(socket: Socket): void {
    this.#sockets.add(socket)
    socket.once('close', () => this.#sockets.delete(socket))
    // Whoever uses it hears of it; between two users nobody may.
    socket.on('error', () => undefined)
  }
}

const asItIs = (socket: Socket): Socket => socket

const portOf = ({ port, protocol }: Options): number =>
  port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
