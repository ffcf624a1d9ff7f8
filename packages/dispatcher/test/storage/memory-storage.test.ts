import { afterEach, describe, expect, it, vi } from 'vitest'
import { memoryStorage } from '../../src/adapters/memory-storage.js'
import { describeStorage } from '../../src/testing/describe-storage.js'
import { sampleEvent, T0 } from '../../src/testing/storage/samples.js'

describeStorage('memoryStorage', async () => ({ storage: memoryStorage(), cleanup: async () => undefined }))

describe('memoryStorage', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('refuses to be used in production unless that is meant', () => {
    vi.stubEnv('NODE_ENV', 'production')
    expect(() => memoryStorage()).toThrowError(/allowInProduction: true/)
    expect(memoryStorage({ allowInProduction: true }).name).toBe('memory')
  })

  it('says that it has no sessions', async () => {
    const append = memoryStorage().events.append({
      callId: 'call',
      events: [sampleEvent()],
      visibleAt: T0,
      session: {},
    })
    await expect(append).rejects.toMatchObject({ code: 'SESSION_UNSUPPORTED' })
  })
})
