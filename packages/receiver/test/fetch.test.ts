import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fetchReceiver } from '../src/fetch.js'
import { receiverThat, signed } from './support.js'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

type Controller = ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>
interface Source {
  pull?(controller: Controller): void
  cancel?(): void
}

const post = (source: Source, headers: Record<string, string> = {}) => {
  const init = {
    method: 'POST',
    headers: { ...signed().headers, ...headers },
    body: new ReadableStream(source),
    duplex: 'half',
  } as const
  return fetchReceiver(receiverThat().receiver)(new Request('http://localhost/cms', init))
}

it('a body that breaks off is malformed, as on every other mount, and not an exception of the handler', async () => {
  expect((await post({ pull: (controller) => controller.error(new Error('reset')) })).status).toBe(400)
})

it.each<[string, number, Record<string, string>]>([
  ['is too long', 413, {}],
  ['says it is too long', 413, { 'content-length': '2000000' }],
  ['is too long and is refused by its head', 415, { 'content-encoding': 'gzip' }],
])('a body that %s is given up, once the answer is out', async (_what, status, headers) => {
  let isCancelled = false
  const endless = {
    pull: (controller: Controller) => controller.enqueue(new Uint8Array(65_536)),
    cancel: () => {
      isCancelled = true
    },
  }
  expect([(await post(endless, headers)).status, isCancelled]).toEqual([status, false])
  await vi.advanceTimersByTimeAsync(1_000)
  expect(isCancelled).toBe(true)
})

it('a body that stalls is given up at its deadline', async () => {
  let isCancelled = false
  const answer = post({
    cancel: () => {
      isCancelled = true
    },
  })
  await vi.advanceTimersByTimeAsync(10_000)
  expect((await answer).status).toBe(408)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(isCancelled).toBe(true)
})
