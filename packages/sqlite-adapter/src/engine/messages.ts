import type { MalformedRow } from '@swigs/webhooks-dispatcher/storage-kit'
import type { DriverName } from '../drivers/driver.js'
import type { PlainError } from '../errors.js'
import type { VerbName } from '../stores/verbs.js'

/** What an engine is made with. */
export interface EngineSettings {
  readonly file: string
  readonly busyTimeoutMs: number
  readonly driver: DriverName | undefined
  /** URL of the module that the driver is looked for from. */
  readonly from: string
  /** The storage was opened before, by an engine that is gone: go on where that left off. */
  readonly opened: boolean
}

/** What is asked of an engine. Messages go in arrays, as many as there are in one turn. */
export interface Call {
  readonly id: number
  readonly verb: VerbName | 'open' | 'close' | 'watch' | 'unwatch'
  readonly input: unknown
}

/** What an engine says. */
export type Report =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: PlainError }
  | { readonly malformed: MalformedRow }
  /** Another process has announced work. */
  | { readonly hint: true }
  /** `open` takes longer than a call may, and goes on. */
  | { readonly progress: true }
