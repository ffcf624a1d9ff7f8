/** Writes spec/signature-vectors.json: `npx tsx --conditions=swigs-source tools/make-vectors.ts`. */
import { writeFileSync } from 'node:fs'
import { signLegacy, signStandard } from '@swigs/webhooks-protocol'

const plain = 'a plain secret of the seed, hex or not 0123456789'
const base64 = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const other = 'whsec_' + Buffer.from('another key of thirty-two bytes!').toString('base64')
const id = 'evt_01a20b769dd0706f814356267f89c654'
const timestamp = 1_769_940_000
const envelope = (data: unknown) =>
  JSON.stringify({ id, event: 'order.created', timestamp: '2026-02-01T10:00:00.000Z', data })

const cases = [
  { name: 'plain secret', secrets: [plain], body: envelope({ orderId: '1' }) },
  { name: 'whsec_ secret', secrets: [base64], body: envelope({ orderId: '1' }) },
  { name: 'rotation: two secrets, newest first', secrets: [base64, plain], body: envelope({ orderId: '1' }) },
  { name: 'rotation: three secrets', secrets: [other, base64, plain], body: envelope({}) },
  { name: 'beyond ASCII', secrets: [plain], body: envelope({ name: 'Zoë 💥 \u2028' }) },
  { name: 'escapes and a lone surrogate', secrets: [base64], body: envelope({ text: '"\\\n\u0000\ud800' }) },
  { name: 'dots and dollars in keys', secrets: [other], body: envelope({ 'a.b': { $gt: '' } }) },
  {
    name: 'a large number and an empty list',
    secrets: [plain],
    body: envelope({ total: 12345678901234.5, items: [] }),
  },
]

const published = {
  name: 'published by Standard Webhooks',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: 1_614_265_330,
  secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
  body: '{"test": 2432232314}',
  standard: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
}

const vectors = cases.map(({ name, secrets, body }) => ({
  name,
  id,
  timestamp,
  secrets,
  body,
  standard: signStandard({ id, timestampSeconds: timestamp, body, secrets }),
  legacy: signLegacy(body, secrets[0] ?? ''),
}))

writeFileSync(
  new URL('../spec/signature-vectors.json', import.meta.url),
  `${JSON.stringify([published, ...vectors], null, 2)}\n`,
)
