import { flowMutants } from './of-the-flow.js'
import { guardMutants } from './of-the-guards.js'
import { storageMutants } from './of-the-storages.js'
import type { Mutant } from './mutant.js'

/** The deliberate bugs: each breaks a promise, and one test is there for that promise. */
export const MUTANTS: readonly Mutant[] = [...flowMutants, ...storageMutants, ...guardMutants]
