import { useEffect, useRef } from 'preact/hooks'
import { route, setQuery } from '../state/route.js'
import { fromLocalInput, toLocalInput } from '../text/time.js'

/** A filter of a list; what it is set to is in the address. */
export type Filter =
  | {
      readonly name: string
      readonly label: string
      readonly kind: 'text'
      readonly options?: readonly string[]
    }
  | { readonly name: string; readonly label: string; readonly kind: 'time' }
  | {
      readonly name: string
      readonly label: string
      readonly kind: 'choice'
      readonly choices: readonly (readonly [string, string])[]
    }

/** A field that follows the address, and keeps what is typed while the page is drawn anew. */
const useFollowing = (value: string) => {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (field.current) field.current.value = value
  }, [value])
  return field
}

const Field = ({ filter }: { filter: Filter }) => {
  const value = route.value.query[filter.name] ?? ''
  const field = useFollowing(filter.kind === 'time' ? toLocalInput(value) : value)
  const set = (text: string) => setQuery({ [filter.name]: text.trim() })
  if (filter.kind === 'choice')
    return (
      <select data-filter value={value} onChange={(event) => set(event.currentTarget.value)}>
        {filter.choices.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    )
  if (filter.kind === 'time')
    return (
      <input
        data-filter
        ref={field}
        type="datetime-local"
        onChange={(event) => set(fromLocalInput(event.currentTarget.value))}
      />
    )
  const listId = filter.options ? `options-${filter.name}` : undefined
  return (
    <>
      <input
        data-filter
        ref={field}
        type="search"
        list={listId}
        autocomplete="off"
        spellcheck={false}
        onChange={(event) => set(event.currentTarget.value)}
      />
      {listId === undefined ? null : (
        <datalist id={listId}>
          {filter.options?.map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
    </>
  )
}

/** The filters of a list. */
export const Filters = ({ filters }: { filters: readonly Filter[] }) => {
  const isSet = filters.some(({ name }) => (route.value.query[name] ?? '') !== '')
  return (
    <form class="filters" aria-label="Filters" onSubmit={(event) => event.preventDefault()}>
      {filters.map((filter) => (
        <label key={filter.name}>
          <span>{filter.label}</span>
          <Field filter={filter} />
        </label>
      ))}
      {isSet ? (
        <button
          type="button"
          class="quiet"
          onClick={() => setQuery(Object.fromEntries(filters.map(({ name }) => [name, ''])))}
        >
          Clear
        </button>
      ) : null}
    </form>
  )
}
