import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import type { OwnPostgres } from '../../postgres-server/run-server.js'
import { startOwnPostgres } from '../../postgres-server/start-postgres.js'
import { openStorage } from './postgres-module.js'
import { killedAndBack, type StoreTrouble, type TortureBed, type TortureStore } from './store.js'

/** Uses a connection of its own. */
const using = async (uri: string, use: (client: pg.Client) => Promise<unknown>): Promise<void> => {
  const client = new pg.Client(uri)
  client.on('error', () => undefined)
  await client.connect()
  await use(client)
  await client.end()
}

const troublesOf = (server: OwnPostgres, schema: string): StoreTrouble[] => [
  killedAndBack(server),
  {
    name: 'every connection is ended',
    weight: 3,
    run: () =>
      using(server.uri, (client) =>
        client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()'),
      ),
  },
  {
    name: 'the tables are locked by another',
    weight: 3,
    run: (random) =>
      using(server.uri, async (client) => {
        await client.query(`BEGIN; LOCK TABLE ${schema}.lanes, ${schema}.pending, ${schema}.events`)
        await sleep(random.int(200, 7_000))
        await client.query('COMMIT')
      }),
  },
  {
    name: 'the database is read-only',
    weight: 3,
    run: (random) =>
      using(server.uri, async (client) => {
        const readOnly = async (on: boolean) => {
          await client.query(`ALTER SYSTEM SET default_transaction_read_only = ${on ? 'on' : 'off'}`)
          await client.query('SELECT pg_reload_conf()')
        }
        await readOnly(true)
        await sleep(random.int(200, 3_000))
        await readOnly(false)
      }),
  },
  {
    name: 'a row is broken, and mended',
    weight: 3,
    run: (random, victim) =>
      using(server.uri, async (client) => {
        const rename = (change: string) =>
          client.query(`UPDATE ${schema}.subscriptions SET url = ${change} WHERE id = $1`, [victim])
        await rename("'not a url ' || url")
        await sleep(random.int(200, 2_000))
        await rename("replace(url, 'not a url ', '')")
      }),
  },
]

export const postgresBed = async (): Promise<TortureBed> => {
  const server = await startOwnPostgres()
  return {
    kind: `PostgreSQL: ${server.kind}`,
    ownClock: true,
    exactStatistics: true,
    fresh: async (): Promise<TortureStore> => {
      const schema = `torture_${randomUUID().slice(0, 8)}`
      const location = `${server.uri}#${schema}`
      return {
        shared: {
          storageModule: new URL('postgres-module.ts', import.meta.url).href,
          location,
          external: ['pg-native'],
          open: () => openStorage(location),
          cleanup: () => using(server.uri, (client) => client.query(`DROP SCHEMA ${schema} CASCADE`)),
        },
        troubles: troublesOf(server, schema),
      }
    },
    stop: () => server.stop(),
  }
}
