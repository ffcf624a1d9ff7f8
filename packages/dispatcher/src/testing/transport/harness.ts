import { ipaddrGuard } from '../../adapters/ipaddr-guard.js'
import type { Reply } from '../../core/reply.js'
import type { Transport, TransportRequest } from '../../ports/transport.js'
import type { HostileServer } from '../hostile-server.js'

/** What a transport cannot help, because its client does as it likes. */
export interface TransportTraits {
  /** It inflates bodies by itself (`fetch`): a bomb must still not be read beyond the limit. Default `false`. */
  readonly inflates?: boolean | undefined
  /** It connects to the address that was checked, not to one that it looks up again. Default `true`. */
  readonly pins?: boolean | undefined
}

/** The transport under test and the server before it; both change from test to test. */
export interface TransportHarness {
  readonly server: HostileServer
  readonly transport: Transport
  readonly traits: TransportTraits
  /** Sends `BODY` to the server, loopback allowed, with whatever differs. */
  send(over?: Partial<TransportRequest>): Promise<Reply>
}

/** Not ASCII alone: bytes and characters differ. Each place where data can lie has a canary that no error may sing. */
export const BODY =
  '{"id":"evt_1","event":"order.created","timestamp":"2026-02-01T10:00:00.000Z","data":{"été":"payload-canary 🐤"}}'

/** Lets plain http and loopback through, as an app on its own network would. */
export const loopbackGuard = ipaddrGuard({ allowHttp: true, allow: ['127.0.0.0/8'] })

/** A request to the server as a delivery makes it. */
export const requestTo = (server: HostileServer, over: Partial<TransportRequest>): TransportRequest => ({
  url: `${server.url}/hook?token=query-canary`,
  headers: {
    'content-type': 'application/json',
    'x-webhook-event': 'order.created',
    authorization: 'header-canary',
  },
  body: BODY,
  timeoutMs: 10_000,
  guard: loopbackGuard,
  ...over,
})
