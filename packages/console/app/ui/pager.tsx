import { route, setQuery } from '../state/route.js'

/** Older and newer: the place in the list is in the address, so back and forward work, and so does a link to it. */
export const Pager = ({ nextCursor, shown }: { nextCursor: string | null; shown: number }) => {
  const { cursor } = route.value.query
  if (cursor === undefined && nextCursor === null) return null
  return (
    <nav class="pager" aria-label="Pages">
      <button type="button" disabled={cursor === undefined} onClick={() => setQuery({ cursor: '' })}>
        Newest
      </button>
      <button type="button" disabled={cursor === undefined} onClick={() => history.back()}>
        Back
      </button>
      <button
        type="button"
        disabled={nextCursor === null}
        onClick={() => nextCursor !== null && setQuery({ cursor: nextCursor })}
      >
        Older
      </button>
      {shown === 0 && nextCursor !== null ? (
        <span class="faint">None here; there may be older ones.</span>
      ) : null}
    </nav>
  )
}
