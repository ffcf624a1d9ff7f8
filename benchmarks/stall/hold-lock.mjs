// Holds the write lock of a SQLite file for as long as it is told. A process of its own.
import { createRequire } from 'node:module'

const [file, ms] = process.argv.slice(2)
const sqlite = process.getBuiltinModule?.('node:sqlite')
const Database =
  sqlite?.DatabaseSync ?? createRequire(import.meta.resolve('@swigs/webhooks-sqlite-adapter'))('libsql')
const database = new Database(file)
database.exec('BEGIN IMMEDIATE')
process.send?.('held')
setTimeout(() => {
  database.exec('COMMIT')
  process.exit(0)
}, Number(ms))
