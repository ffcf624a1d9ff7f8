import type { ComponentChildren } from 'preact'
import { ApiError } from '../api/request.js'
import type { Loaded } from '../state/use-load.js'

export const Loading = () => (
  <p class="state" role="status">
    Loading …
  </p>
)

export const Empty = ({ title, children }: { title: string; children?: ComponentChildren }) => (
  <div class="state empty">
    <p class="title">{title}</p>
    {children === undefined ? null : <p>{children}</p>}
  </div>
)

/** What is shown to whoever may not use a page. */
export const NoPermission = () => (
  <div class="state">
    <p class="title">You may not see this</p>
    <p>The app has not allowed it to you.</p>
  </div>
)

/** Why something is not shown, and what can be done about it. */
export const Problem = ({ error, again }: { error: unknown; again?: () => void }) => {
  const status = error instanceof ApiError ? error.status : 0
  const isRefused = status === 401 || status === 403
  const title = isRefused ? 'You may not see this' : status === 404 ? 'Not found' : 'This could not be loaded'
  const words = error instanceof Error ? error.message : String(error)
  return (
    <div class="state problem" role="alert">
      <p class="title">{title}</p>
      {words === title ? null : <p>{words}</p>}
      {isRefused || again === undefined ? null : (
        <button type="button" onClick={again}>
          Try again
        </button>
      )}
    </div>
  )
}

/** What was asked for, once it is here; otherwise how that stands. Old data stays while a newer answer fails. */
export const Loadable = <T,>({
  of,
  children,
}: {
  of: Loaded<T>
  children: (data: T) => ComponentChildren
}) => {
  if (of.data === null) return of.error === null ? <Loading /> : <Problem error={of.error} again={of.again} />
  return (
    <>
      {of.error === null ? null : (
        <p class="stale" role="status">
          What is shown is not new: {of.error instanceof Error ? of.error.message : String(of.error)}
        </p>
      )}
      {children(of.data)}
    </>
  )
}
