import { describe, expect, it } from 'vitest'
import { memoryDedupe, type MemoryDedupeOptions } from '../src/memory-dedupe.js'
import { noting } from './support.js'

const DAY_MS = 86_400_000

const remembering = (options: MemoryDedupeOptions = {}) => {
  let now = 0
  const { lines, logger } = noting()
  const dedupe = memoryDedupe({ logger, now: () => now, ...options })
  const terms = { token: 'a', claimMs: 1_000 }
  const claim = (id: string) => dedupe.claim(id, terms)
  const handle = (id: string) => {
    claim(id)
    void dedupe.complete(id, terms.token)
  }
  return { dedupe, claim, handle, lines, pass: (ms: number) => void (now += ms) }
}

describe('memoryDedupe', () => {
  it('knows an id for its time, however many newer ones there are', () => {
    const { claim, handle, lines, pass } = remembering()
    handle('old')
    for (let count = 0; count < 50_000; count += 1) handle(`evt_${count}`)
    pass(DAY_MS - 1)
    expect(claim('old')).toBe('done')
    pass(1)
    expect(claim('old')).toBe('new')
    expect(lines).toEqual([])
  })

  it('keeps no more than it has room for, the newest, and says once that it dropped some early', () => {
    const { claim, handle, lines } = remembering({ maxEntries: 3 })
    for (const id of ['1', '2', '3', '4', '5', '6']) handle(id)
    expect(['3', '4', '6'].map(claim)).toEqual(['new', 'done', 'done'])
    expect(lines).toEqual([expect.stringMatching(/"maxEntries":3.*dropped before their time.*database/)])
  })

  it('says nothing of those whose time is over', () => {
    const { handle, lines, pass } = remembering({ maxEntries: 3, ttlMs: 10 })
    for (const id of ['1', '2', '3', '4', '5', '6']) {
      handle(id)
      pass(5)
    }
    expect(lines).toEqual([])
  })

  it('keeps an id that was handled twice from the second time on', () => {
    const { claim, handle, pass } = remembering({ ttlMs: 10 })
    handle('1')
    pass(8)
    handle('1')
    pass(8)
    expect(claim('1')).toBe('done')
  })

  it('lets a claim go when its time is over, when it is released by its own token, and no sooner', () => {
    const { dedupe, claim, pass } = remembering()
    expect([claim('1'), claim('1')]).toEqual(['new', 'in_progress'])
    void dedupe.release('1', 'another')
    pass(999)
    expect(claim('1')).toBe('in_progress')
    pass(1)
    expect(claim('1')).toBe('new')
    void dedupe.release('1', 'a')
    expect(claim('1')).toBe('new')
  })
})
