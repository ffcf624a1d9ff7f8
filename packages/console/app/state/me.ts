import { signal } from '@preact/signals'
import { api } from '../api/client.js'
import type { Me } from '../api/types.js'

/** Who is here; `null` until that is known. */
export const me = signal<Me | null>(null)
/** Why it is not known. */
export const meError = signal<unknown>(null)

/** Asks who is here, and what they may do. */
export const loadMe = async (): Promise<void> => {
  meError.value = null
  try {
    me.value = await api.me()
  } catch (error) {
    meError.value = error
  }
}

/** Whether a route may be used, as `POST /:id/pause`: in general, or as `whose` says. */
export const may = (route: string, whose: Me | null = me.value): boolean =>
  whose?.may.includes(route) ?? false
