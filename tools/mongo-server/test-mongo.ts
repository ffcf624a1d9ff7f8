/** A program of this machine that serves MongoDB's protocol; plain data, so that other processes can be told of it. */
export interface MongoProgram {
  /** Which options it takes, and how its replica set comes to be. */
  readonly family: 'mongod' | 'secantusd'
  /** What it is, for the reader of a run. */
  readonly kind: string
  /** Whether it takes ten times as long as the others. */
  readonly slow: boolean
  /** The file, and what comes before its options. */
  readonly command: readonly [file: string, ...before: string[]]
}

/** A MongoDB for tests and examples. */
export interface TestMongo {
  readonly uri: string
  /** Which one it is, for the reader of a run. */
  readonly kind: string
  /** What runs, where it is ours. */
  readonly program: MongoProgram | null
  stop(): Promise<void>
}

/** One that may be killed. What it acknowledged is there when it is back. */
export interface OwnMongo extends TestMongo {
  readonly program: MongoProgram
  /** Kills it, as a crash would. */
  cut(): Promise<void>
  /** Brings it back, on the same address. */
  restore(): Promise<void>
  /** Lets it stand still; answers how to let it go on. */
  pause(): () => void
}

/** What can be done where there is none, for the reader of a message. */
export const MONGO_WAYS = 'set MONGODB_URI, or install mongod, or python3 with venv and pip'
