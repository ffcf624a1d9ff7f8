import { signal } from '@preact/signals'

/** Pages that show what happens ask again, this long after the last answer. */
export const REFRESH_MS = 5_000

const KEY = 'webhooks-console-refresh'

const stored = (): boolean => {
  try {
    return localStorage.getItem(KEY) !== 'off'
  } catch {
    return true
  }
}

/** Whether pages ask again by themselves. */
export const isRefreshing = signal(stored())

export const setRefreshing = (on: boolean): void => {
  isRefreshing.value = on
  try {
    localStorage.setItem(KEY, on ? 'on' : 'off')
  } catch {
    // Where nothing can be stored, it holds until the page is left.
  }
}

/** Counts up when a person asks for what is new. */
export const reloads = signal(0)

export const reload = (): void => {
  reloads.value += 1
}
