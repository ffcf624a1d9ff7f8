import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { createServer as createTcp, type AddressInfo, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { selfSigned, type KeyAndCertificate } from './self-signed.js'

/** How the server behaves to one request. */
export type Script = (response: ServerResponse, socket: Socket) => void

/** A request that arrived. */
export interface HostileRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** The body's bytes as they came. */
  readonly bytes: Buffer
  /** Epoch ms at which its last byte was read. */
  readonly at: number
}

/** A real server on loopback that does what receivers do at their worst. */
export interface HostileServer {
  /** `http://127.0.0.1:<port>`, or https. */
  readonly url: string
  readonly port: number
  readonly requests: readonly HostileRequest[]
  /** Connections made to it so far. */
  readonly connections: number
  /** Connections that are open now. */
  readonly open: number
  /** Behaves so from now on. */
  behave(script: Script): void
  /** Chooses the behaviour by the number of the request, counted from 0. */
  behaveBy(choose: (index: number) => Script): void
  close(): Promise<void>
}

/** Writes what it is given, as it is, and then keeps the connection, ends it or resets it. */
const raw =
  (text: string | Buffer, then: 'keep' | 'end' | 'reset' = 'keep'): Script =>
  (_response, socket) => {
    if (then === 'end') socket.end(text)
    else socket.write(text, () => void (then === 'reset' && socket.resetAndDestroy()))
  }

/** Writes `head`, and `piece` for as long as anybody takes it. */
const flood =
  (head: string, piece: string | Buffer): Script =>
  (_response, socket) => {
    socket.write(head)
    const pour = (): void => {
      while (!socket.destroyed && socket.write(piece));
      if (!socket.destroyed) socket.once('drain', pour)
    }
    pour()
  }

/** What a receiver can do to its sender. */
export const behaviours = {
  answer:
    (status: number, headers: Record<string, string> = {}, body = ''): Script =>
    (response) =>
      void response.writeHead(status, headers).end(body),
  /** Never says anything. */
  hang: (): Script => () => undefined,
  /** Headers, and then nothing. */
  hangAfterHeaders: (): Script => (response) => void response.writeHead(200).flushHeaders(),
  /** A byte at a time, for ever: no gap is long, the whole is. */
  drip: (): Script => (response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('.'), 20)
    response.on('close', () => clearInterval(timer))
  },
  raw,
  flood,
  /** As much as the other side takes. */
  endless: (): Script => flood('HTTP/1.1 200 OK\r\n\r\n', Buffer.alloc(16_384, 'x')),
  /** Header after header, for ever. */
  endlessHeaders: (): Script => flood('HTTP/1.1 200 OK\r\n', `x-more: ${'x'.repeat(1_000)}\r\n`),
  /** One interim answer after another, for ever. */
  endlessInterim: (): Script => flood('', 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(100)),
  /** A chunk whose extension never ends. */
  endlessExtension: (): Script =>
    flood('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2', `;${'x'.repeat(1_000)}`),
  resetAtOnce: (): Script => (_response, socket) => void socket.resetAndDestroy(),
  resetAfterHeaders: (): Script => raw('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart', 'reset'),
  /** Promises more than it sends, then closes. */
  tooShort: (): Script => raw('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart', 'end'),
  /** Sends more than it promised. */
  tooLong: (): Script => raw('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok and much more'),
  gzipBomb: (): Script => (response) => {
    const bomb = gzipSync(Buffer.alloc(32 * 1024 * 1024))
    response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': bomb.length }).end(bomb)
  },
  redirect:
    (location: string): Script =>
    (response) =>
      void response.writeHead(302, { location }).end(),
  garbage: (): Script => raw('\u0000\u0001 this is not HTTP\r\n\r\n', 'end'),
  /** Answers, then closes the connection that was to be kept. */
  closeAfter: (): Script => (response, socket) => void response.end('ok', () => socket.end()),
} as const

/** How it is started. */
export interface HostileServerOptions {
  /** https, with this key and certificate; `true`: with a fresh self-signed one (needs the package `selfsigned`). */
  readonly tls?: boolean | KeyAndCertificate | undefined
  /** How long a connection lies there before its first byte is looked at, ms; `Infinity`: for ever. Default 0. */
  readonly acceptAfterMs?: number | undefined
}

/**
 * Starts it on loopback; answers 200 until it is told otherwise.
 * @example
 * const server = await hostileServer()
 * server.behaveBy((index) => (index === 0 ? behaviours.hang() : behaviours.answer(200)))
 */
export const hostileServer = async (options: HostileServerOptions = {}): Promise<HostileServer> => {
  const { tls = false, acceptAfterMs = 0 } = options
  const requests: HostileRequest[] = []
  const open = new Set<Socket>()
  let connections = 0
  let script: (index: number) => Script = () => behaviours.answer(200)
  let arrived = 0
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const index = arrived++
    const chunks: Buffer[] = []
    response.on('error', () => undefined)
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      const bytes = Buffer.concat(chunks)
      requests.push({ method, path, headers, body: bytes.toString(), bytes, at: Date.now() })
      script(index)(response, request.socket)
    })
  }
  const certificate = tls === true ? await selfSigned('hooks.example.test') : tls
  const server = certificate ? createHttps(certificate, listener) : createHttp(listener)
  server.on('clientError', (_error, socket) => {
    // As Node's own servers answer what is not HTTP, a TLS handshake on a plain port for one.
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    else socket.destroy()
  })

  const front = createTcp({ pauseOnConnect: true }, (socket) => {
    connections += 1
    open.add(socket)
    socket.on('error', () => undefined)
    const take = (): void => {
      server.emit('connection', socket)
      socket.resume()
    }
    const timer =
      Number.isFinite(acceptAfterMs) && acceptAfterMs > 0 ? setTimeout(take, acceptAfterMs) : undefined
    if (acceptAfterMs === 0) take()
    // Only who reads sees the other side go.
    else if (!timer) socket.resume()
    socket.once('close', () => {
      clearTimeout(timer)
      open.delete(socket)
    })
  })
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve))
  const { port } = front.address() as AddressInfo
  return {
    url: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    requests,
    get connections() {
      return connections
    },
    get open() {
      return open.size
    },
    behave: (given) => {
      script = () => given
    },
    behaveBy: (choose) => {
      script = choose
    },
    close: () =>
      new Promise((resolve) => {
        front.close(() => resolve())
        for (const socket of open) socket.destroy()
      }),
  }
}
