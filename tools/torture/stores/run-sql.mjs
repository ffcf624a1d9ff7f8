// Runs one statement on a SQLite file, waits, and runs another. A process of its own, as locks are a process's.
import { createRequire } from 'node:module'

const [file, before, ms, after] = process.argv.slice(2)
const Database = createRequire(new URL('../../../packages/sqlite-adapter/src/index.ts', import.meta.url))(
  'libsql',
)
const database = new Database(file)
database.exec('PRAGMA busy_timeout = 10000')
database.exec(before)
setTimeout(() => {
  database.exec(after)
  database.close()
}, Number(ms))
