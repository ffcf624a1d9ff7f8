import { parseArgs } from 'node:util'
import { startPostgres } from '../../tools/postgres-server/start-postgres.js'
import { session } from './session.js'
import { stored } from './stored.js'

/** What PostgreSQL alone has to show: dispatch in a transaction, a million stored. */
export const run = async (args: readonly string[]): Promise<void> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '3' },
      rows: { type: 'string', default: '1000000' },
      only: { type: 'string' },
    },
  })
  const parts: Readonly<Record<string, (uri: string) => Promise<void>>> = {
    session: (uri) => session(uri, Number(values.rounds)),
    stored: (uri) => stored(uri, Number(values.rounds), Number(values.rows)),
  }
  const server = await startPostgres()
  console.log(`postgres: ${server.kind}, Node ${process.version}`)
  for (const [name, part] of Object.entries(parts))
    if (values.only === undefined || values.only === name) await part(server.uri)
  await server.stop()
}
