import { connect as connectSocket, type Socket, type TcpNetConnectOpts } from 'node:net'
import type { ResolvedAddress } from '../ports/address-guard.js'

/** The Connection Attempt Delay that RFC 8305, section 5, recommends. */
const ATTEMPT_DELAY_MS = 250

/**
 * Connects to one of several addresses as RFC 8305 has it: families in turn, another attempt whenever one has failed or
 * 250 ms have passed, and the first that is made wins. No attempt is ended because the next one has begun: the caller's
 * `signal` alone limits them, so that a host which takes a second to accept is reached.
 * @param onSocket told of each socket, made or not, so that none is left behind
 * @throws what the one attempt met, or an AggregateError of all
 */
export const raceConnect = (
  addresses: readonly ResolvedAddress[],
  port: number,
  {
    signal,
    onSocket,
    connect = connectSocket,
  }: {
    signal: AbortSignal
    onSocket: (socket: Socket) => void
    connect?: (options: TcpNetConnectOpts) => Socket
  },
): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const waiting = inTurn(addresses)
    const trying = new Set<Socket>()
    const errors: Error[] = []
    let timer: NodeJS.Timeout | undefined
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', giveUp)
      for (const socket of trying) socket.destroy()
    }
    const giveUp = (): void => {
      waiting.length = 0
      end()
      reject(signal.reason as Error)
    }
    const tryNext = (): void => {
      clearTimeout(timer)
      const next = waiting.shift()
      if (!next) return
      const { address, family } = next
      const socket = connect({ host: address, port, family, noDelay: true, keepAlive: true })
      trying.add(socket)
      onSocket(socket)
      const failed = (error: Error): void => {
        trying.delete(socket)
        errors.push(error)
        if (waiting.length > 0) return tryNext()
        if (trying.size > 0) return
        end()
        reject(errors.length === 1 ? error : new AggregateError(errors))
      }
      socket.once('error', failed)
      socket.once('connect', () => {
        socket.removeListener('error', failed)
        trying.delete(socket)
        waiting.length = 0
        end()
        resolve(socket)
      })
      if (waiting.length > 0) timer = setTimeout(tryNext, ATTEMPT_DELAY_MS)
    }
    if (signal.aborted) return giveUp()
    signal.addEventListener('abort', giveUp)
    tryNext()
  })

/** The families by turns, beginning with the one that the resolver put first (RFC 8305, section 4). */
const inTurn = (addresses: readonly ResolvedAddress[]): ResolvedAddress[] => {
  const first = addresses.filter(({ family }) => family === addresses[0]?.family)
  const second = addresses.filter(({ family }) => family !== addresses[0]?.family)
  return Array.from({ length: Math.max(first.length, second.length) }, (_, index) => [
    ...first.slice(index, index + 1),
    ...second.slice(index, index + 1),
  ]).flat()
}
