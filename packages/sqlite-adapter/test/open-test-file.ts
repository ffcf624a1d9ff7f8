import { Connection } from '../src/database/connection.js'
import type { Database } from '../src/database/database.js'
import { prepareFile } from '../src/database/prepare-file.js'
import type { DriverName } from '../src/drivers/driver.js'
import { openDriver } from '../src/drivers/open-driver.js'

/** Opens a file of ours beside whatever the test has open, with the driver that the adapter would take. */
export const openTestFile = (
  file: string,
  driver?: DriverName,
): { database: Database; close: () => void } => {
  const connection = new Connection(
    file,
    (path) => openDriver(path, driver, import.meta.url),
    () => undefined,
  )
  const { database } = connection
  database.exec('BEGIN IMMEDIATE')
  for (const step = prepareFile(database, file); !step.next().done;);
  database.exec('COMMIT')
  return { database, close: () => connection.close() }
}
