import type { Page, PageInput } from '@swigs/webhooks-dispatcher'

/** Pages that are read for one, where nearly nothing on them may be seen. */
const MOST_LOOKS = 10

/** A page of what may be seen. It may be short, or empty, and still have a next one, as every page here. */
export const fillPage = async <T>(
  { cursor, limit = 50 }: PageInput,
  read: (page: PageInput) => Promise<Page<T>>,
  isVisible: (item: T) => boolean | Promise<boolean>,
): Promise<Page<T>> => {
  const items: T[] = []
  let next = cursor
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    // No more than still fits: the cursor lies behind the last item that was looked at.
    const page = await read({ cursor: next, limit: limit - items.length })
    for (const item of page.items) if (await isVisible(item)) items.push(item)
    next = page.nextCursor
    if (next === null || items.length * 2 >= limit) break
  }
  return { items, nextCursor: next ?? null }
}

/** A list in which nothing may be seen. */
export const EMPTY_PAGE = { items: [], nextCursor: null } as const
