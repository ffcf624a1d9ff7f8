import { useMemo, useState } from 'preact/hooks'
import { foldedAtFirst, jsonLines, visibleLines, type JsonLine } from '../text/json-lines.js'
import { bytes, count } from '../text/words.js'
import { CopyButton } from './basics.js'

const LINES = 200
const RAW_CHARACTERS = 20_000
const DEEPEST_INDENT = 24

/** A body, as it is stored: laid out where it is JSON, never parsed and written again. */
export const BodyView = ({ text, label }: { text: string; label: string }) => {
  const lines = useMemo(() => jsonLines(text), [text])
  const [isRaw, setRaw] = useState(false)
  const size = useMemo(() => new TextEncoder().encode(text).length, [text])
  return (
    <div class="body">
      <div class="bar">
        <span class="faint">
          {label}, {bytes(size)}
        </span>
        {lines === null ? null : (
          <button type="button" class="quiet" aria-pressed={isRaw} onClick={() => setRaw(!isRaw)}>
            As stored
          </button>
        )}
        <CopyButton text={text}>Copy</CopyButton>
      </div>
      {text === '' ? (
        <p class="faint">Empty.</p>
      ) : lines === null || isRaw ? (
        <RawText text={text} />
      ) : (
        <JsonTree lines={lines} key={text} />
      )}
    </div>
  )
}

const RawText = ({ text }: { text: string }) => {
  const [most, setMost] = useState(RAW_CHARACTERS)
  return (
    <>
      <pre tabIndex={0}>{text.slice(0, most)}</pre>
      {text.length > most ? (
        <button type="button" onClick={() => setMost(most * 10)}>
          Show more: {count(text.length - most)} characters are left
        </button>
      ) : null}
    </>
  )
}

const JsonTree = ({ lines }: { lines: readonly JsonLine[] }) => {
  const [folded, setFolded] = useState<ReadonlySet<number>>(() => foldedAtFirst(lines, 6, 400))
  const [most, setMost] = useState(LINES)
  const { shown, hasMore } = visibleLines(lines, folded, most)
  const toggle = (index: number) => {
    const next = new Set(folded)
    if (!next.delete(index)) next.add(index)
    setFolded(next)
  }
  return (
    <>
      <div class="json" tabIndex={0} role="group" aria-label="JSON">
        {shown.map((index) => (
          <Line
            key={index}
            line={lines[index] as JsonLine}
            isFolded={folded.has(index)}
            index={index}
            toggle={toggle}
          />
        ))}
      </div>
      {hasMore ? (
        <button type="button" onClick={() => setMost(most * 5)}>
          Show more lines
        </button>
      ) : null}
    </>
  )
}

interface LineProps {
  readonly line: JsonLine
  readonly index: number
  readonly isFolded: boolean
  readonly toggle: (index: number) => void
}

const Line = ({ line, index, isFolded, toggle }: LineProps) => {
  const { depth, key, text, kind, end } = line
  const indent = { paddingInlineStart: `${Math.min(depth, DEEPEST_INDENT) * 1.2 + 1.2}em` }
  const long = text.length > 2_000
  return (
    <div class="line" style={indent}>
      {kind === 'open' ? (
        <button
          type="button"
          class="fold"
          aria-expanded={!isFolded}
          aria-label={`${isFolded ? 'Unfold' : 'Fold'} ${key.slice(0, 60) || 'this'}`}
          onClick={() => toggle(index)}
        />
      ) : null}
      <span class="key">{key}</span>
      <span class={kind}>{long ? `${text.slice(0, 2_000)}… (${count(text.length)} characters)` : text}</span>
      {isFolded ? <span class="faint"> … {count(end - index - 1)} lines </span> : null}
    </div>
  )
}
