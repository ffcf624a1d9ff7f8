import { computed, signal } from '@preact/signals'

/** Where one is: `#/endpoints/ID?status=failed`. */
export interface Route {
  readonly page: string
  readonly id: string | null
  readonly query: Readonly<Record<string, string>>
}

const parse = (hash: string): Route => {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?')
  const [page = '', id = ''] = path.split('/')
  return {
    page: page === '' ? 'overview' : page,
    id: id === '' ? null : decode(id),
    query: Object.fromEntries(new URLSearchParams(query)),
  }
}

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const hash = signal(location.hash)
addEventListener('hashchange', () => (hash.value = location.hash))

/** Where one is. */
export const route = computed(() => parse(hash.value))

/** The address of a page. */
export const hrefOf = (page: string, id: string | null = null, query: Route['query'] = {}): string => {
  const kept = Object.entries(query).filter(([, value]) => value !== '')
  const search = new URLSearchParams(kept).toString()
  return `#/${page}${id === null ? '' : `/${encodeURIComponent(id)}`}${search && `?${search}`}`
}

/** Goes there. */
export const go = (page: string, id: string | null = null, query: Route['query'] = {}): void => {
  location.hash = hrefOf(page, id, query)
}

/** The same page with other filters; the place in the list is lost with them, unless it is what changes. */
export const setQuery = (change: Readonly<Record<string, string>>): void => {
  const { page, id, query } = route.value
  const { cursor: _cursor, ...filters } = query
  go(page, id, { ...filters, ...change })
}
