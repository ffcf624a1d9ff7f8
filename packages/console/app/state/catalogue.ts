import { signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { api } from '../api/client.js'
import type { Catalogue } from '../api/types.js'
import { may } from './me.js'

const catalogue = signal<Catalogue | null>(null)
let isAsked = false

/** What the app can send; `null` until that is known, or where it may not be. */
export const useCatalogue = (): Catalogue | null => {
  useEffect(() => {
    if (isAsked || !may('GET /catalogue')) return
    isAsked = true
    api.catalogue().then(
      (given) => (catalogue.value = given),
      () => (isAsked = false),
    )
  }, [])
  return catalogue.value
}
