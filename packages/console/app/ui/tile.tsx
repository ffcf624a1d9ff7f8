import type { Tone } from '../text/words.js'

/** One number, large. */
export const Tile = ({
  name,
  value,
  tone,
  href,
}: {
  name: string
  value: string
  tone?: Tone
  href?: string
}) => {
  const content = (
    <>
      <span class="name">{name}</span>
      <span class="value">{value}</span>
    </>
  )
  const look = `tile ${tone ?? ''}`
  return href === undefined ? (
    <div class={look}>{content}</div>
  ) : (
    <a class={look} href={href}>
      {content}
    </a>
  )
}
