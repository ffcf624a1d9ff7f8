/** The settings of this benchmark; printed with its figures. */
export const HEALTHY = 20
export const EVENTS = 600
/** Between two events, each for every healthy lane. */
export const EVERY_MS = 10
export const BACKLOG = 100_000
/** Endpoints that flood whoever asks them: half with interim answers, half with the extension of a chunk. */
export const FLOODING = 5
