import { fork, type ChildProcess } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { performance } from 'node:perf_hooks'
import { bundleWorker } from './bundle-worker.js'
import type { Order, Report, WorkerSettings } from './worker.js'

/** A request as the receiver saw it. */
export interface Arrival {
  /** The subscription's path. */
  readonly path: string
  readonly eventId: string
  readonly n: number
  /** Epoch ms, fractional, before the answer was given. */
  readonly at: number
}

/** A receiver on loopback that remembers what came. `answer` chooses the status. */
export const startReceiver = async (answer: (index: number) => number = () => 200) => {
  const arrivals: Arrival[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { id, data } = JSON.parse(Buffer.concat(chunks).toString()) as { id: string; data: { n: number } }
      const at = performance.timeOrigin + performance.now()
      const status = answer(arrivals.push({ path: request.url ?? '', eventId: id, n: data.n, at }) - 1)
      response.writeHead(status).end()
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

/** Worker processes on one storage, and what they said they tried and had accepted. */
export class Fleet {
  readonly tried = new Set<number>()
  /** Number → event id. */
  readonly accepted = new Map<number, string>()
  readonly #storageModule: string
  readonly #settings: WorkerSettings
  readonly #children: ChildProcess[] = []
  #next = 0

  /** @param storageModule module whose `openStorage(location)` makes the storage */
  constructor(storageModule: string, settings: WorkerSettings) {
    this.#storageModule = storageModule
    this.#settings = settings
  }

  get size(): number {
    return this.#children.length
  }

  /** Starts one more process; resolves when it delivers. */
  async spawn(): Promise<void> {
    const child = fork(await bundleWorker(this.#storageModule), [JSON.stringify(this.#settings)], {
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`a worker ended with ${code} before it was ready`)))
      child.on('message', (report: Report) => {
        if ('ready' in report) resolve()
        else if ('trying' in report) this.tried.add(report.trying)
        else this.accepted.set(report.accepted, report.id)
      })
    })
    this.#children.push(child)
  }

  /** Tells a process, in turn, to dispatch the next event. */
  dispatch(): void {
    const child = this.#children[this.#next % this.#children.length]
    const order: Order = { dispatch: this.#next++ }
    if (child?.connected) child.send(order, () => undefined)
  }

  /** `kill -9`, no farewell. Answers whether there was one to kill. */
  async kill(which: number): Promise<boolean> {
    const [child] = this.#children.splice(which % this.#children.length, 1)
    if (!child) return false
    const dead = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await dead
    return true
  }

  /** `kill -STOP`: it stands still, wherever it is, while time goes on. Answers how to let it go on. */
  freeze(which: number): () => void {
    const child = this.#children[which % this.#children.length]
    child?.kill('SIGSTOP')
    return () => void child?.kill('SIGCONT')
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#children.splice(0).map((child) => {
        const ended = new Promise((resolve) => child.once('exit', resolve))
        child.send({ stop: true } satisfies Order)
        return ended
      }),
    )
  }
}

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
