import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'

/** How the server behaves to one request. */
export type Script = (response: ServerResponse, socket: Socket) => void

/** A request that arrived. */
export interface HostileRequest {
  readonly method: string
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** Epoch ms at which its last byte was read. */
  readonly at: number
}

/** A real server on loopback that does what receivers do at their worst. */
export interface HostileServer {
  /** `http://127.0.0.1:<port>`, or https. */
  readonly url: string
  readonly port: number
  readonly requests: readonly HostileRequest[]
  /** Behaves so from now on. */
  behave(script: Script): void
  /** Chooses the behaviour by the number of the request, counted from 0. */
  behaveBy(choose: (index: number) => Script): void
  close(): Promise<void>
}

const raw =
  (text: string | Buffer): Script =>
  (_response, socket) =>
    void socket.write(text)

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
  /** As much as the other side takes. */
  endless: (): Script => (response) => {
    response.writeHead(200)
    const pour = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384, 'x')));
      if (!response.destroyed) response.once('drain', pour)
    }
    pour()
  },
  resetAtOnce: (): Script => (_response, socket) => void socket.resetAndDestroy(),
  resetAfterHeaders: (): Script => (_response, socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart', () => socket.resetAndDestroy())
  },
  /** Promises more than it sends, then closes. */
  tooShort: (): Script => (_response, socket) =>
    void socket.end('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\npart'),
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
  garbage: (): Script => (_response, socket) => void socket.end('\u0000\u0001 this is not HTTP\r\n\r\n'),
  /** Answers, then closes the connection that was to be kept. */
  closeAfter: (): Script => (response, socket) => void response.end('ok', () => socket.end()),
} as const

/** Starts it; answers 200 until it is told otherwise. `tls` makes it https with that key and certificate. */
export const hostileServer = async (
  options: { tls?: { key: string; cert: string } } = {},
): Promise<HostileServer> => {
  const requests: HostileRequest[] = []
  let script: (index: number) => Script = () => behaviours.answer(200)
  let arrived = 0
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const index = arrived++
    const chunks: Buffer[] = []
    response.on('error', () => undefined)
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request
      requests.push({ method, path, headers, body: Buffer.concat(chunks).toString(), at: Date.now() })
      script(index)(response, request.socket)
    })
  }
  const server = options.tls ? createHttps(options.tls, listener) : createHttp(listener)
  server.on('clientError', (_error, socket) => socket.destroy())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    requests,
    behave: (given) => {
      script = () => given
    },
    behaveBy: (choose) => {
      script = choose
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
