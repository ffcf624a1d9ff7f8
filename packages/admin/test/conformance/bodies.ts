import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { MAX_BODY_BYTES } from '../../src/read-request.js'
import { endlessBody } from '../endless-body.js'
import { registration } from '../support.js'
import type { Harness } from './harness.js'

const json = { 'content-type': 'application/json' }

export const describeBodies = (harness: Harness): void => {
  it.each(['__proto__', 'constructor'])('refuses the prototype key %s', async (key) => {
    const text = `{"appName":"x","filters":{"${key}":{"prototype":{"isAdmin":true}}}}`
    const answer = await harness.send({ method: 'POST', path: '/', headers: json, body: text })
    expect(answer).toMatchObject({
      status: 400,
      body: { issues: [{ path: 'body', message: expect.stringContaining('Prototype keys') }] },
    })
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined()
  })

  it('refuses a body of another type: 415', async () => {
    const body = 'appName=x&url=https://example.com'
    for (const type of [
      'application/x-www-form-urlencoded',
      'text/plain',
      'application/jsonp',
      'application/json, text/plain',
      'json',
    ])
      expect(
        await harness.send({ method: 'POST', path: '/', headers: { 'content-type': type }, body }),
      ).toMatchObject({ status: 415, body: { message: expect.stringContaining('application/json') } })
  })

  it('refuses a body that is no JSON, or not UTF-8: 400', async () => {
    const broken = [
      '{',
      '{"appName":',
      "{'appName':'x'}",
      'appName',
      new Uint8Array([0x22, 0xff, 0xfe, 0x22]),
    ]
    for (const body of broken) {
      const answer = await harness.send({ method: 'POST', path: '/', headers: json, body })
      expect(answer.status).toBe(400)
      expect(answer.body.issues).toEqual([{ path: 'body', message: 'Not well-formed JSON' }])
    }
  })

  it('takes JSON by its other names, with a charset, and with a byte order mark', async () => {
    for (const type of [
      'application/json; charset=utf-8',
      'Application/JSON',
      'application/merge-patch+json',
    ])
      expect(
        await harness.send({
          method: 'POST',
          path: '/',
          headers: { 'content-type': type },
          body: `\ufeff${JSON.stringify(registration)}`,
        }),
        type,
      ).toMatchObject({ status: 201 })
  })

  it('names twenty fields at most, and no more of a name than can be read', async () => {
    const unknown = Array.from({ length: 100 }, (_, index) => [`${index}`.padEnd(300, 'x'), 1])
    const { status, body } = await harness.call('POST', '/', Object.fromEntries(unknown))
    const paths = (body.issues as { path: string }[]).map(({ path }) => path.length)
    expect([status, paths.length, Math.max(...paths)]).toEqual([400, 20, 128])
  })

  it('refuses a compressed body: 415', async () => {
    const body = new Uint8Array(gzipSync(JSON.stringify(registration)))
    const headers = { ...json, 'content-encoding': 'gzip' }
    const answer = await harness.send({ method: 'POST', path: '/', headers, body })
    expect(answer).toMatchObject({
      status: 415,
      body: { message: expect.stringContaining('Content-Encoding') },
    })
    expect((await harness.call('GET', '/')).body).toEqual([])
  })

  it('takes no body at all where none is needed', async () => {
    const id = await harness.register()
    for (const path of [`/${id}/test`, `/${id}/rotate-secret`, `/${id}/pause`])
      expect((await harness.send({ method: 'POST', path })).status).toBe(200)
    expect((await harness.call('POST', `/${id}/pause`, { surprise: 1 })).body.issues).toMatchObject([
      { path: 'surprise' },
    ])
  })

  it('refuses a body over 64 KiB: 413', async () => {
    const padded = (length: number) => JSON.stringify(registration).padEnd(length, ' ')
    const sent = (length: number) =>
      harness.send({ method: 'POST', path: '/', headers: json, body: padded(length) })
    const refused = await sent(MAX_BODY_BYTES + 1)
    expect(refused).toMatchObject({ status: 413, body: { message: expect.stringContaining('65536') } })
    expect(refused.headers.get('connection')).toBe('close')
    expect((await sent(MAX_BODY_BYTES)).status).toBe(201)
  })

  it('answers 413 to a body that never ends', async () => {
    const { body } = endlessBody()
    expect((await harness.send({ method: 'POST', path: '/', headers: json, body })).status).toBe(413)
  })
}
