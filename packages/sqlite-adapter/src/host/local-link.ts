import { Engine } from '../engine/engine.js'
import type { EngineSettings } from '../engine/messages.js'
import type { Link, Listener } from './link.js'

/** An engine beside the app, in its own thread: every turn of it is one of the app's. */
export const localLink = (settings: EngineSettings, { hear }: Listener): Link => {
  const engine = new Engine(settings, hear)
  return {
    post: (calls) => engine.take(calls),
    hold: () => undefined,
    letGo: () => undefined,
    end: async () => undefined,
  }
}
