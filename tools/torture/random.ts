import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { mersenne } from 'pure-rand/generator/mersenne'

/** Chance that can be repeated. */
export interface Random {
  /** From `from` to `to`, both included. */
  int(from: number, to: number): number
  /** One of them. */
  pick<T>(items: readonly T[]): T
  /** One of them, as often as they weigh. */
  weighted<T extends { readonly weight: number }>(items: readonly T[]): T
}

/** The same numbers from the same seed. */
export const randomFrom = (seed: number): Random => {
  const generator = mersenne(seed)
  const int = (from: number, to: number) => uniformInt(generator, from, to)
  const at = <T>(items: readonly T[], index: number): T => {
    const item = items[index]
    if (item === undefined) throw new Error('nothing to choose from')
    return item
  }
  return {
    int,
    pick: (items) => at(items, int(0, items.length - 1)),
    weighted: (items) => {
      let left = int(
        1,
        items.reduce((sum, { weight }) => sum + weight, 0),
      )
      return at(
        items,
        items.findIndex(({ weight }) => (left -= weight) <= 0),
      )
    },
  }
}
