import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { createReceiver, type ReceiverOptions } from '../src/receiver.js'
import { memoryDedupe } from '../src/memory-dedupe.js'
import { SECRET, signed, silent } from './support.js'

/** Evaluated where every class is another one, as under Jest. */
const elsewhere = (code: string, context: object = {}) => runInNewContext(`(${code})`, context) as unknown

describe('what comes from another realm', () => {
  it('is taken as options', async () => {
    const handled: string[] = []
    const options = elsewhere(
      `{ secret: ['${SECRET}'], on: { 'customer.updated': (event) => { handled.push(event.event) } },
         logger, toleranceMs: 1000, dedupe: { claim: () => 'new', complete: () => undefined, release: () => undefined } }`,
      { handled, logger: silent },
    ) as ReceiverOptions<never>
    expect(await createReceiver(options).handle(signed())).toMatchObject({ status: 200 })
    expect(handled).toEqual(['customer.updated'])
    expect(memoryDedupe(elsewhere('{ maxEntries: 5 }') as object)).toMatchObject({})
    expect(createReceiver(structuredClone({ secret: [SECRET], toleranceMs: 5 }))).toMatchObject({})
  })

  it('is taken as a request: headers, lists and bytes', async () => {
    const { headers, body } = signed()
    const request = elsewhere(
      `{ method: 'POST', headers: ${JSON.stringify({ ...headers, 'webhook-id': [headers['webhook-id']] })},
         body: Uint8Array.from([${[...Buffer.from(body)].join()}]) }`,
    ) as never
    expect(await createReceiver({ secret: SECRET, logger: silent }).handle(request)).toMatchObject({
      status: 200,
    })
  })

  it('is logged by its kind when a handler throws it', async () => {
    const lines: string[] = []
    const logger = { ...silent, error: (fields: object) => void lines.push(JSON.stringify(fields)) }
    const onAny = () => {
      throw elsewhere(`Object.assign(new TypeError('CANARY'), { code: 'E_NO' })`)
    }
    await createReceiver({ secret: SECRET, logger, onAny }).handle(signed())
    expect(lines.join()).toContain('"err":"TypeError E_NO"')
  })
})
