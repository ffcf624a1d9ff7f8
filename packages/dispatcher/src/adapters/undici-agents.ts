import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import { Agent, EnvHttpProxyAgent, Pool, ProxyAgent, type buildConnector, type Dispatcher } from 'undici'
import { parseUrl } from '../core/parse-url.js'
import type { AddressGuard } from '../ports/address-guard.js'
import { GuardedConnections } from './undici-connector.js'
import { UnseenClient } from './unseen-client.js'

/** How connections are made and kept. */
export interface UndiciTransportOptions {
  /** Connections to one origin at most; requests beyond that wait, within their own deadline. Default: no limit. */
  readonly connections?: number | undefined
  /**
   * How long a connection may take to be made, look-up and TLS included, ms. Default: as long as the longest request has
   * had for all of it, so that a request's own deadline rules.
   */
  readonly connectTimeoutMs?: number | undefined
  /**
   * How long an idle connection is kept, ms. Default 4_000: shorter than the 5 s after which Node's own servers close
   * theirs. A request that still meets a connection closed under it is made once more on a fresh one.
   */
  readonly keepAliveTimeoutMs?: number | undefined
  /**
   * A proxy that everything goes through, by `CONNECT`: its http or https URL, or `'env'` for what `HTTP_PROXY`,
   * `HTTPS_PROXY` and `NO_PROXY` say. Default: none, whatever the environment says. The address guard judges every name
   * before the proxy is asked for it, but the proxy resolves it again by itself: where DNS is hostile, the proxy must refuse
   * private addresses too. What `NO_PROXY` exempts is connected to as ever: to the addresses that were checked.
   */
  readonly proxy?: string | undefined
}

const PROXY_VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY']

/** The agents of one guard, and all the connections that they have. */
export interface GuardAgents {
  /** Keeps connections. */
  readonly kept: Dispatcher
  /** A connection for each request. */
  readonly fresh: Dispatcher
  /** Told how long a request may take: a connection may take as long. */
  allow(timeoutMs: number): void
}

/** undici's agents, a pair for each guard: no connection that one guard let through serves another. */
export class UndiciAgents {
  readonly #options: UndiciTransportOptions
  readonly #agents = new Map<AddressGuard, OwnAgents>()

  /** @throws InvalidOptionsError naming the option */
  constructor(options: UndiciTransportOptions) {
    for (const name of ['connections', 'connectTimeoutMs', 'keepAliveTimeoutMs'] as const)
      assertWholeNumber(name, options[name])
    assertProxy(options.proxy)
    this.#options = options
  }

  for(guard: AddressGuard): GuardAgents {
    let agents = this.#agents.get(guard)
    if (!agents) this.#agents.set(guard, (agents = new OwnAgents(guard, this.#options)))
    return agents
  }

  /** Every request under way fails; no socket is left. */
  async close(): Promise<void> {
    const open = [...this.#agents.values()]
    this.#agents.clear()
    await Promise.all(open.map((agents) => agents.close()))
  }
}

class OwnAgents implements GuardAgents {
  readonly #options: UndiciTransportOptions
  readonly #connections: GuardedConnections
  readonly kept: Dispatcher
  #fresh: Dispatcher | null = null
  #longestMs = 1

  constructor(guard: AddressGuard, options: UndiciTransportOptions) {
    this.#options = options
    this.#connections = new GuardedConnections(guard, () => options.connectTimeoutMs ?? this.#longestMs)
    this.kept = this.#agent(1)
  }

  get fresh(): Dispatcher {
    return (this.#fresh ??= this.#agent(0))
  }

  allow(timeoutMs: number): void {
    if (timeoutMs > this.#longestMs) this.#longestMs = timeoutMs
  }

  async close(): Promise<void> {
    const destroyed = [this.kept.destroy(), this.#fresh?.destroy()]
    this.#connections.close()
    await Promise.all(destroyed)
  }

  /** @param pipelining 0: no connection is kept */
  #agent(pipelining: 0 | 1): Dispatcher {
    const { connections = null, keepAliveTimeoutMs = 4_000, proxy } = this.#options
    const { direct, toProxy } = this.#connections
    const options = {
      // The request's own deadline rules: these would only race with it.
      headersTimeout: 0,
      bodyTimeout: 0,
      pipelining,
      keepAliveTimeout: keepAliveTimeoutMs,
      // A receiver may ask for longer in its Keep-Alive header; not for ever.
      keepAliveMaxTimeout: Math.max(keepAliveTimeoutMs, 30_000),
      connect: direct,
      factory: (origin: string | URL, given: Pool.Options) => {
        const connect = given.connect as buildConnector.connector
        const guarded = connect === direct ? direct : this.#connections.through(connect)
        return new Pool(origin, { ...given, connections, connect: guarded, factory: unseen })
      },
      clientFactory: (origin: string | URL) => new Pool(origin, { connect: toProxy }),
    }
    if (proxy === undefined) return new Agent(options)
    return proxy === 'env' ? new EnvHttpProxyAgent(options) : new ProxyAgent({ ...options, uri: proxy })
  }
}

const unseen = (origin: URL, options: object): Dispatcher => new UnseenClient(origin, options)

const assertWholeNumber = (name: string, value: number | undefined): void => {
  if (value === undefined || (Number.isInteger(value) && value >= 1)) return
  const message = `Expected a whole number from 1, got ${String(value)}`
  throw new InvalidOptionsError(`${name}: ${message}. Leave it out for the default.`, {
    issues: [{ path: name, message }],
  })
}

const assertProxy = (proxy: string | undefined): void => {
  if (proxy === undefined) return
  if (proxy !== 'env' && !isProxyUrl(proxy))
    throw notAProxy('proxy', "Expected 'env' or the http or https URL of a proxy; leave it out for none")
  for (const name of proxy === 'env' ? PROXY_VARIABLES : []) {
    const value = process.env[name]
    if (value && !isProxyUrl(value))
      throw notAProxy(name, 'Expected the http or https URL of a proxy; or unset it')
  }
}

const isProxyUrl = (text: unknown): boolean =>
  typeof text === 'string' && /^https?:$/.test(parseUrl(text)?.protocol ?? '')

// Never the value: it may have a password in it.
const notAProxy = (path: string, message: string) =>
  new InvalidOptionsError(`${path}: ${message}.`, { issues: [{ path, message }] })
