import type { Answer } from '@swigs/webhooks-dispatcher/processes'

const ok: Answer = (_arrival, response) => void response.writeHead(200).end()

/** What a receiver at its worst does to one kind of events; which of two things it does, chance decides. */
export const HOSTILE: Readonly<Record<string, Answer>> = {
  '/fails': (_arrival, response) => void response.writeHead(500).end('no'),
  '/flaky': (arrival, response) => {
    if (Math.random() < 0.5) response.writeHead(503).end()
    else ok(arrival, response)
  },
  '/hangs': () => undefined,
  '/resets': (_arrival, response) => void response.socket?.resetAndDestroy(),
  '/garbage': (_arrival, response) => void response.socket?.end('HTTP/9 what\r\n\r\n'),
  '/later': (arrival, response) => {
    if (Math.random() < 0.3) response.writeHead(429, { 'retry-after': '1' }).end()
    else ok(arrival, response)
  },
  '/drips': (_arrival, response) => {
    response.writeHead(200)
    const timer = setInterval(() => response.write('.'), 50)
    response.once('close', () => clearInterval(timer))
  },
}

/** One whose rows are broken for a time, and who misses what is fanned out meanwhile. */
export const VICTIM = '/victim'

/** Those that answer as they should, to everything. */
export const HEALTHY: readonly string[] = ['/0', '/1', '/2', '/3']

/** Answers by path. */
export const answerByPath: Answer = (arrival, response) => (HOSTILE[arrival.path] ?? ok)(arrival, response)

/** What everybody gets. */
export const RARE = 'order.rare'
/** What the healthy alone get, as the others would take too long over all of it. */
export const USUAL = 'order.usual'
