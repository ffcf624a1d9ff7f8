/** One page of a list, newest first. */
export interface Page<T> {
  readonly items: readonly T[]
  /** Pass it as `cursor` for the next page; `null` on the last one. A page with a next one may be short, or empty. */
  readonly nextCursor: string | null
}

/** The largest page. */
export const MAX_PAGE = 200

/** Which page of a list. */
export interface PageInput {
  /** As the page before gave it; none: the newest. */
  cursor?: string | null | undefined
  /** 1 to 200; default 50. */
  limit?: number | undefined
}

/** An instant as callers write it: Date, epoch ms or ISO 8601. */
export type InstantInput = Date | number | string
