import { GAUGES, type Instrument } from '../core/instruments.js'
import type { Stats } from './stats.js'

/** What the gauges say of some statistics. */
export const readGauges = (
  stats: Stats,
): readonly { readonly instrument: Instrument; readonly value: number }[] => [
  { instrument: GAUGES.pending, value: stats.pending },
  { instrument: GAUGES.due, value: stats.due },
  { instrument: GAUGES.oldestDueAge, value: stats.oldestDueAgeMs / 1_000 },
  { instrument: GAUGES.pendingEvents, value: stats.pendingEvents },
  { instrument: GAUGES.inFlight, value: stats.inFlight },
  { instrument: GAUGES.lanesHeld, value: stats.lanesHeld },
]
