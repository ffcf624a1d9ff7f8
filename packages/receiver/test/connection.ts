import { connect } from 'node:net'

/** One connection, spoken to by hand. */
export const connection = async (url: string) => {
  const { hostname, port, pathname } = new URL(url)
  const socket = connect(Number(port), hostname)
  await new Promise((resolve) => socket.once('connect', resolve))
  let text = ''
  let isClosed = false
  const waiting = new Set<() => void>()
  const wake = () => waiting.forEach((look) => look())
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    text += chunk
    wake()
  })
  // A server that ends a connection on which something still comes resets it.
  socket.on('error', () => undefined)
  socket.on('close', () => {
    isClosed = true
    wake()
  })
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!holds() && !isClosed) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  return {
    head: (headers: Readonly<Record<string, string>>, method = 'POST') => {
      const lines = Object.entries({ host: 'localhost', ...headers }).map(
        ([name, value]) => `${name}: ${value}`,
      )
      socket.write(`${method} ${pathname} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`)
    },
    write: (body: string) => void socket.write(body),
    /** The statuses of the answers, once there are so many or the connection has ended. */
    statuses: async (count: number): Promise<string[]> => {
      const found = () => [...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status = '']) => status)
      await until(() => found().length >= count)
      return found()
    },
    closed: () => until(() => false),
    destroy: () => void socket.destroy(),
  }
}
