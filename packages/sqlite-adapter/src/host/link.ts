import type { Call, Report } from '../engine/messages.js'

/** The way to an engine, wherever it runs. */
export interface Link {
  post(calls: readonly Call[]): void
  /** The process lives on while something is asked for, and no longer. */
  hold(): void
  letGo(): void
  end(): Promise<void>
}

/** Where an engine's words go. */
export interface Listener {
  hear(reports: readonly Report[]): void
  /** The engine is gone; nothing more will come. */
  lost(why: string): void
}
