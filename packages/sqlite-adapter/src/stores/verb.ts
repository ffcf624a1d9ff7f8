import type { Database } from '../database/database.js'

/** Work that may be cut where it yields: what is done is kept, other work goes between. */
export type Sliced<A> = Generator<undefined, A>

/** What can be asked of the file: a name of the port, what it takes and what it answers. */
export interface Verb<I, A> {
  readonly kind: 'read' | 'write'
  run(database: Database, input: I): A | Sliced<A>
}

/** Changes nothing: runs beside the writes of others. */
export const read = <I, A>(run: (database: Database, input: I) => A): Verb<I, A> => ({ kind: 'read', run })

/** All of it or nothing, in one transaction with whatever else waits; a generator is cut into several. */
export const write = <I, A>(run: (database: Database, input: I) => A | Sliced<A>): Verb<I, A> => ({
  kind: 'write',
  run,
})
