import { useState } from 'preact/hooks'
import { go } from '../state/route.js'

/** Opens an event or a delivery by its id. */
export const OpenById = () => {
  const [id, setId] = useState('')
  const open = (event: Event) => {
    event.preventDefault()
    const given = id.trim()
    if (given !== '') go(given.startsWith('dlv_') ? 'deliveries' : 'events', given)
  }
  return (
    <form class="inline" onSubmit={open}>
      <input
        type="search"
        aria-label="Id of an event or a delivery"
        placeholder="evt_… or dlv_…"
        value={id}
        spellcheck={false}
        onInput={(event) => setId(event.currentTarget.value)}
      />
      <button type="submit">Open</button>
    </form>
  )
}
