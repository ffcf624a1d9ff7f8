/**
 * The demo's other app: three endpoints in a process of its own. `/healthy` always answers 200, `/recovering` answers 503
 * to each event's first two attempts, `/limited` is a 200 behind a small rate limit, `/ill` always answers 503. Reports what arrived over IPC.
 */
import { createReceiver } from '@swigs/webhooks-receiver'
import { expressReceiver } from '@swigs/webhooks-receiver/express'
import express, { type NextFunction, type Request, type Response } from 'express'
import { swigsEvents } from '@swigs/webhooks-protocol'

/** What arrived at one endpoint. */
export interface Tally {
  requests: number
  refused: number
  handled: string[]
  duplicates: number
  /** Epoch ms of each request. */
  times: number[]
}

const secret = process.env['DEMO_SECRET']
const tallies: Record<string, Tally> = {}
const app = express()

for (const path of ['/healthy', '/recovering', '/limited']) {
  const tally: Tally = (tallies[path] = { requests: 0, refused: 0, handled: [], duplicates: 0, times: [] })
  const seen = new Map<string, number>()
  const rehearse = (request: Request, response: Response, next: NextFunction) => {
    tally.requests += 1
    tally.times.push(performance.timeOrigin + performance.now())
    const id = String(request.headers['webhook-id'])
    const attempt = (seen.get(id) ?? 0) + 1
    seen.set(id, attempt)
    if (path !== '/recovering' || attempt > 2) return next()
    tally.refused += 1
    response.sendStatus(503)
  }
  const receiver = createReceiver({
    secret,
    events: swigsEvents,
    on: { 'order.created': (event) => void tally.handled.push(event.data.orderNumber) },
  })
  app.post(path, rehearse, expressReceiver(receiver))
}

// Only asked by what goes on after the demo.
app.post('/ill', (_request, response) => void response.status(503).json({ message: 'down for repair' }))

const server = app.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 })
})
process.on('message', () => process.send?.({ tallies }))
process.on('disconnect', () => process.exit())
