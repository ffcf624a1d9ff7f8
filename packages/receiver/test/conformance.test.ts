import { describe, expect, it } from 'vitest'
import { MOUNTS } from './mounts.js'
import { TABLE } from './requests.js'
import { receiverThat } from './support.js'

describe.each(Object.entries(MOUNTS))('a receiver on %s answers a request', (_name, mountOn) => {
  it.each(TABLE.filter(({ send }) => send))('$request', async (row) => {
    const { receiver, handled, lines } = receiverThat(row.handle, row.options)
    const mount = await mountOn(receiver)
    try {
      const answer = await row.send?.(mount)
      expect([answer?.status, answer?.body]).toEqual([row.status, row.body])
      for (const [name, value] of Object.entries(row.headers ?? {}))
        expect(answer?.headers.get(name)).toBe(value)
      expect(answer?.headers.get('content-type')).toMatch(/^application\/json/)
      expect(answer?.headers.get('retry-after')).toBeNull()
      expect(handled).toHaveLength(row.handled)
      expect(lines.join()).not.toMatch(/PAYLOADCANARY|ada@example|receiver-secret/)
    } finally {
      await mount.close()
    }
  })
})
