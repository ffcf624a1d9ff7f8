import { postSigned } from './post-signed.js'
import { startPostgres, startRedis, type Server } from './servers.js'

/** A queue set up as its own documentation says for throughput. */
export interface Contender {
  readonly name: string
  /** What is to be installed for it: a package, and a server. */
  readonly needs: {
    readonly packageName: string
    readonly server: () => Promise<Server | null>
    readonly serverName: string
  }
  /** Accepts all, delivers all. Answers when the last is delivered. */
  deliver(work: Work, module: Record<string, unknown>): Promise<void>
}

/** The same for all: so many bodies to be signed and posted. */
export interface Work {
  readonly server: string
  readonly urls: readonly string[]
  readonly body: string
  readonly jobs: number
  readonly inFlight: number
}

interface Job {
  readonly url: string
  readonly body: string
}

/** Modules that may not be there have no types here; what is used of them stands in their documentation. */
type Loose = any // eslint-disable-line @typescript-eslint/no-explicit-any

const AT_A_TIME = 1_000

/** Of pg-boss. */
const WORKERS = 4
const BATCH = 2_000

/** Counts to the end of the work. */
const countdown = (jobs: number) => {
  let left = jobs
  let finish = (): void => undefined
  const finished = new Promise<void>((resolve) => (finish = resolve))
  return {
    finished,
    one: () => {
      left -= 1
      if (left === 0) finish()
    },
  }
}

const inBatches = async (
  { jobs, urls, body }: Work,
  add: (batch: Job[]) => Promise<unknown>,
): Promise<void> => {
  for (let from = 0; from < jobs; from += AT_A_TIME)
    await add(
      Array.from({ length: Math.min(AT_A_TIME, jobs - from) }, (_, offset) => ({
        url: urls[(from + offset) % urls.length] ?? '',
        body,
      })),
    )
}

/** https://docs.bullmq.io/guide/workers/concurrency, https://docs.bullmq.io/guide/queues/adding-bulks */
const bullmq: Contender = {
  name: 'BullMQ',
  needs: { packageName: 'bullmq', server: startRedis, serverName: 'Redis' },
  deliver: async (work, { Queue, Worker }: Loose) => {
    const connection = { url: work.server, maxRetriesPerRequest: null }
    const queue = new Queue('deliver', { connection, defaultJobOptions: { removeOnComplete: true } })
    const { one, finished } = countdown(work.jobs)
    const options = { connection, concurrency: work.inFlight }
    const worker = new Worker('deliver', ({ data }: { data: Job }) => postSigned(data), options)
    worker.on('completed', one)
    await inBatches(work, (batch) => queue.addBulk(batch.map((data) => ({ name: 'post', data }))))
    await finished
    await worker.close()
    await queue.close()
  },
}

/** https://worker.graphile.org/docs/performance: a local queue, and completions in batches. */
const graphile: Contender = {
  name: 'graphile-worker',
  needs: { packageName: 'graphile-worker', server: startPostgres, serverName: 'PostgreSQL' },
  deliver: async (work, { run, makeWorkerUtils, Logger }: Loose) => {
    const { one, finished } = countdown(work.jobs)
    const quiet = { logFactory: () => () => undefined }
    const preset = {
      worker: {
        concurrentJobs: work.inFlight,
        pollInterval: 2_000,
        preparedStatements: true,
        localQueue: { size: 500 },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
      },
    }
    const { default: pg } = (await import('pg' as string)) as Loose
    // Ours to close: the server goes after it.
    const pgPool = new pg.Pool({ connectionString: work.server, max: 20 })
    pgPool.on('error', () => undefined)
    pgPool.on('connect', (client: Loose) => client.on('error', () => undefined))
    const logger = new Logger(quiet.logFactory)
    const utils = await makeWorkerUtils({ pgPool, preset, logger })
    await utils.migrate()
    const runner = await run({ pgPool, preset, logger, taskList: { post: (job: Job) => postSigned(job) } })
    runner.events.on('job:success', one)
    await inBatches(work, (batch) => utils.addJobs(batch.map((payload) => ({ identifier: 'post', payload }))))
    await finished
    await runner.stop()
    await runner.promise
    await utils.release()
    await pgPool.end()
  },
}

/** https://github.com/timgit/pg-boss/blob/master/docs/api/workers.md: batches, and several workers on one queue. */
const pgBoss: Contender = {
  name: 'pg-boss',
  needs: { packageName: 'pg-boss', server: startPostgres, serverName: 'PostgreSQL' },
  deliver: async (work, { PgBoss }: Loose) => {
    const { one, finished } = countdown(work.jobs)
    const boss = new PgBoss({ connectionString: work.server, supervise: false, schedule: false })
    boss.on('error', () => undefined)
    await boss.start()
    await boss.createQueue('post')
    await inBatches(work, (batch) =>
      boss.insert(
        'post',
        batch.map((data) => ({ data })),
      ),
    )
    // It fetches at most every half second: only large batches keep it busy.
    const options = { batchSize: BATCH, pollingIntervalSeconds: 0.5 }
    const handle = async (jobs: { data: Job }[]) => {
      const loop = async () => {
        for (let job = jobs.shift(); job; job = jobs.shift()) {
          await postSigned(job.data)
          one()
        }
      }
      await Promise.all(Array.from({ length: Math.ceil(work.inFlight / WORKERS) }, loop))
    }
    for (let workers = 0; workers < WORKERS; workers += 1) await boss.work('post', options, handle)
    await finished
    await boss.stop({ graceful: true, timeout: 5_000 })
  },
}

export const CONTENDERS: readonly Contender[] = [bullmq, graphile, pgBoss]
