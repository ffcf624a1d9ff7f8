import type { ComponentChildren } from 'preact'
import { tell } from '../state/dialogs.js'
import { fromNow, fullTime } from '../text/time.js'
import type { Tone } from '../text/words.js'

/** A state, as a word with a colour beside it. */
export const Chip = ({ tone, children }: { tone: Tone; children: ComponentChildren }) => (
  <span class={`chip ${tone}`}>{children}</span>
)

/** An instant: how long ago, and when exactly on a closer look. */
export const Time = ({ at }: { at: string | null }) =>
  at === null ? (
    <span class="faint">never</span>
  ) : (
    <time dateTime={at} title={fullTime(at)}>
      {fromNow(at)}
    </time>
  )

/** Puts a text on the clipboard. */
export const CopyButton = ({ text, children }: { text: string; children: ComponentChildren }) => (
  <button
    type="button"
    class="quiet"
    onClick={() =>
      void navigator.clipboard.writeText(text).then(
        () => tell('Copied.'),
        () => tell('The browser did not let it be copied.'),
      )
    }
  >
    {children}
  </button>
)

/** An id, as long as there is room for it. */
export const Id = ({ children }: { children: string }) => (
  <code class="id" title={children}>
    {children}
  </code>
)

/** The head of a page. */
export const Head = ({
  title,
  children,
  sub,
}: {
  title: ComponentChildren
  sub?: ComponentChildren
  children?: ComponentChildren
}) => (
  <header class="head">
    <div>
      <h1>{title}</h1>
      {sub === undefined ? null : <p class="sub">{sub}</p>}
    </div>
    <div class="actions">{children}</div>
  </header>
)

/** Names and what they are. */
export const Facts = ({ rows }: { rows: readonly (readonly [string, ComponentChildren])[] }) => (
  <dl class="facts">
    {rows.map(([name, value]) => (
      <div key={name}>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    ))}
  </dl>
)
