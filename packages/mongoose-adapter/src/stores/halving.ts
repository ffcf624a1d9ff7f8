import { isRefusedDocument } from '../errors.js'

/**
 * Writes a batch. Where the server refuses a document of it, the batch is halved until that one is alone, so that nobody else
 * waits for it. What a refused try had changed before is met again: `write` is safe to repeat.
 * @param alone told of each that was refused by itself
 */
export const halving = async <T, A>(
  items: readonly T[],
  write: (items: readonly T[]) => Promise<readonly A[]>,
  alone: (item: T, error: unknown) => void,
): Promise<A[]> => {
  try {
    return [...(await write(items))]
  } catch (error) {
    if (!isRefusedDocument(error)) throw error
    const [first] = items
    if (first !== undefined && items.length === 1) {
      alone(first, error)
      return []
    }
  }
  const half = items.length >> 1
  const before = await halving(items.slice(0, half), write, alone)
  return [...before, ...(await halving(items.slice(half), write, alone))]
}
