import { signal } from '@preact/signals'
import { api } from '../api/client.js'
import type { Subscription } from '../api/types.js'

/** Endpoints by id, as far as this page has seen them; `null` for those that are gone or not to be seen. */
export const endpoints = signal<ReadonlyMap<string, Subscription | null>>(new Map())
const asked = new Set<string>()

/** Keeps what has just been read. */
export const remember = (...seen: readonly Subscription[]): void => {
  endpoints.value = new Map([...endpoints.value, ...seen.map((one) => [one.id, one] as const)])
}

/** Asks once for an endpoint that is only known by its id. */
export const wantEndpoint = (id: string): void => {
  if (endpoints.value.has(id) || asked.has(id)) return
  asked.add(id)
  api.subscription(id).then(remember, () => {
    endpoints.value = new Map([...endpoints.value, [id, null]])
  })
}
