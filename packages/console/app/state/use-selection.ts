import { useState } from 'preact/hooks'
import type { Selection } from '../ui/table.js'

/** Rows that were chosen, by their keys. */
export interface Chosen extends Selection {
  readonly keys: readonly string[]
  readonly set: (keys: readonly string[]) => void
}

export const useSelection = (): Chosen => {
  const [keys, setKeys] = useState<ReadonlySet<string>>(new Set())
  return {
    keys: [...keys],
    has: (key) => keys.has(key),
    toggle: (key) => {
      const next = new Set(keys)
      if (!next.delete(key)) next.add(key)
      setKeys(next)
    },
    set: (given) => setKeys(new Set(given)),
  }
}
