export { postgresStorage } from './postgres-storage.js'
export { type PostgresStorageOptions } from './options.js'
export { type PostgresConnection } from './drivers/database-of.js'
export { migrations, type Migration } from './schema/migrations.js'
export { type Migrate } from './schema/migrate.js'
export { type PostgresSession } from './sessions/session-query.js'
export {
  fromDrizzle,
  fromKnex,
  fromKysely,
  fromPrisma,
  fromTypeorm,
  type DrizzleTransactionLike,
  type KnexTransactionLike,
  type KyselyTransactionLike,
  type PrismaTransactionLike,
  type TypeormManagerLike,
} from './sessions/from-libraries.js'
