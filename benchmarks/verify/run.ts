import { createHmac, timingSafeEqual } from 'node:crypto'
import { parseArgs } from 'node:util'
import { serialiseEnvelope, signedHeaders, verify, verifySignature } from '@swigs/webhooks-protocol'
import { median } from '../median.js'

const CALLS = 50_000
const BODY_BYTES = 1_024
const SECRET = 'benchmark-secret-benchmark-secret'
const ID = 'evt_01a20b769dd0706f814356267f89c654'

/** A request as a receiver has it: lower-case headers, the body's bytes. */
const received = () => {
  const now = Date.now()
  const timestamp = new Date(now).toISOString()
  const envelope = (note: string) =>
    serialiseEnvelope({ id: ID, event: 'order.created', timestamp, data: { note } })
  const text = envelope('x'.repeat(BODY_BYTES - envelope('').length))
  const signed = signedHeaders({
    id: ID,
    type: 'order.created',
    timestamp,
    body: text,
    secrets: [SECRET],
    attemptTimestampSeconds: Math.floor(now / 1_000),
    deliveryId: 'dlv_1',
    attempt: 1,
    userAgent: 'benchmark',
  })
  const headers = Object.fromEntries(
    Object.entries(signed).map(([name, value]) => [name.toLowerCase(), value]),
  )
  return { headers, body: Buffer.from(text), now }
}

/** Nanoseconds of one call. */
const time = (call: () => boolean): number => {
  const started = performance.now()
  for (let done = 0; done < CALLS; done += 1) if (!call()) throw new Error('The signature did not hold.')
  return ((performance.now() - started) * 1e6) / CALLS
}

/** `verifySignature` and `verify` at 1 KiB, as ratios of the HMAC and comparison alone in the same round; medians. */
export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({ args: [...args], options: { rounds: { type: 'string', default: '15' } } })
  const { headers, body, now } = received()
  const key = Buffer.from(SECRET)
  const prefix = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`
  const given = Buffer.from(headers['webhook-signature']?.slice(3) ?? '', 'base64')
  const input = { headers, body, now, secrets: SECRET }
  const contenders = {
    bare: () => timingSafeEqual(createHmac('sha256', key).update(prefix).update(body).digest(), given),
    verifySignature: () => verifySignature(input) === null,
    verify: () => verify(input).ok,
  }
  const times: Record<keyof typeof contenders, number[]> = { bare: [], verifySignature: [], verify: [] }
  const names = Object.keys(times) as (keyof typeof contenders)[]
  for (let round = 0; round <= Number(values.rounds); round += 1)
    for (const name of names) {
      const nanoseconds = time(contenders[name])
      // The first round warms up.
      if (round > 0) times[name].push(nanoseconds)
    }
  console.log(`verify: ${BODY_BYTES}-byte body, ${CALLS} calls a round, Node ${process.version}`)
  for (const name of names) {
    const ratios = times[name].map((value, round) => value / (times.bare[round] ?? NaN))
    const spread = `${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`
    const mark = name === 'verifySignature' ? ', mark 1.15' : ''
    console.log(
      `${name.padEnd(16)} ${(median(times[name]) / 1_000).toFixed(2)} µs, ratio ${median(ratios).toFixed(2)} (${spread})${mark}`,
    )
  }
}
