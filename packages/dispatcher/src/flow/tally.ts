/** What came of the attempts that somebody asked for. */
export interface Tally {
  attempts: number
  delivered: number
  failed: number
  retrying: number
}

export const newTally = (): Tally => ({ attempts: 0, delivered: 0, failed: 0, retrying: 0 })
