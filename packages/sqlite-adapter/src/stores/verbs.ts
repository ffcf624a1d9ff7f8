import { deliveryVerbs } from './deliveries.js'
import { eventVerbs } from './events.js'
import { laneVerbs } from './lanes.js'
import { maintenanceVerbs } from './maintenance.js'
import { replayVerbs } from './replays.js'
import { metricsVerbs } from './metrics.js'
import { subscriptionVerbs } from './subscriptions.js'
import type { Sliced, Verb } from './verb.js'

/** All that can be asked of the file, by the names of the port. */
export const VERBS = {
  ...subscriptionVerbs,
  ...eventVerbs,
  ...laneVerbs,
  ...deliveryVerbs,
  ...replayVerbs,
  ...metricsVerbs,
  ...maintenanceVerbs,
}

export type VerbName = keyof typeof VERBS

type InputOf<V> = V extends Verb<infer I, unknown> ? I : never
type AnswerOf<V> = V extends Verb<never, infer A> ? (A extends Sliced<infer S> ? S : A) : never

export type VerbInput<N extends VerbName> = InputOf<(typeof VERBS)[N]>
export type VerbAnswer<N extends VerbName> = AnswerOf<(typeof VERBS)[N]>
