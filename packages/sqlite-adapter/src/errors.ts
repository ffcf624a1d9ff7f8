import { isWebhooksError, StorageUnavailableError, WebhooksError } from '@swigs/webhooks-protocol'

const CONDITIONS: readonly (readonly [RegExp, string])[] = [
  [/SQLITE_FULL|disk is full/i, 'is full. Free some space; nothing of this write was kept'],
  [
    /SQLITE_BUSY|SQLITE_LOCKED|database is locked/i,
    'is locked by another process for longer than busyTimeoutMs',
  ],
  [
    /SQLITE_READONLY|readonly|read-only/i,
    'cannot be written. Check the permissions of the file and its folder',
  ],
  [/SQLITE_CANTOPEN|unable to open/i, 'cannot be opened. Check that its folder exists and can be written'],
  [/SQLITE_IOERR|disk I\/O/i, 'cannot be read or written (disk I/O error)'],
  [/not open|closed/i, 'is closed. Call open() first'],
]

/** What SQLite threw, as an error that names the file and the way out. */
export const storageError = (file: string, error: unknown): Error => {
  if (isWebhooksError(error)) return error
  const { message, code } = error as { message?: string; code?: string }
  const text = `${code ?? ''} ${message ?? ''}`
  const known = CONDITIONS.find(([pattern]) => pattern.test(text))
  if (known) return new StorageUnavailableError(`The SQLite file ${file} ${known[1]}.`, { cause: error })
  if (/SQLITE_NOTADB|not a database|SQLITE_CORRUPT|malformed/i.test(text))
    return new WebhooksError('STORAGE_INVALID', `${file} is not a SQLite database, or it is damaged.`, {
      cause: error,
    })
  return new StorageUnavailableError(`The SQLite file ${file} failed: ${code ?? 'unknown error'}.`, {
    cause: error,
  })
}
