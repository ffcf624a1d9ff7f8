import { isWebhooksError, StorageUnavailableError, WebhooksError } from '@swigs/webhooks-protocol'

const CONDITIONS: readonly (readonly [RegExp, string])[] = [
  [/SQLITE_FULL|disk is full/i, 'is full. Free some space; nothing of this write was kept'],
  [
    /SQLITE_BUSY|SQLITE_LOCKED|database is locked/i,
    'is locked by another process for longer than busyTimeoutMs',
  ],
  [
    /SQLITE_READONLY|readonly|read-only|EACCES|EPERM|EROFS/i,
    'cannot be written. Check the permissions of the file and its folder',
  ],
  [/SQLITE_CANTOPEN|unable to open/i, 'cannot be opened. Check that its folder exists and can be written'],
  [/SQLITE_IOERR|disk I\/O/i, 'cannot be read or written (disk I/O error)'],
  [/not open|closed/i, 'is closed. Call open() first'],
]

const textOf = (error: unknown): string => {
  const { message, code } = error as { message?: string; code?: string }
  return `${code ?? ''} ${message ?? ''}`
}

/** Another connection has what this one needs: to be tried again. */
export const isBusy = (error: unknown): boolean =>
  !isWebhooksError(error) && /SQLITE_BUSY|SQLITE_LOCKED|database (table )?is locked/i.test(textOf(error))

/** The connection itself is of no more use: a new one may be. */
export const isBroken = (error: unknown): boolean =>
  /READONLY|readonly|CANTOPEN|unable to open|IOERR|disk I\/O|CORRUPT|malformed|NOTADB|not a database|not open/i.test(
    textOf(error),
  )

/** What SQLite threw, as an error that names the file and the way out. */
export const storageError = (file: string, error: unknown): WebhooksError => {
  if (isWebhooksError(error)) return error
  const text = textOf(error)
  const known = CONDITIONS.find(([pattern]) => pattern.test(text))
  if (known) return new StorageUnavailableError(`The SQLite file ${file} ${known[1]}.`, { cause: error })
  if (/SQLITE_NOTADB|not a database|SQLITE_CORRUPT|malformed/i.test(text))
    return new WebhooksError('STORAGE_INVALID', `${file} is not a SQLite database, or it is damaged.`, {
      cause: error,
    })
  const { code } = error as { code?: string }
  return new StorageUnavailableError(`The SQLite file ${file} failed: ${code ?? 'unknown error'}.`, {
    cause: error,
  })
}

/** An error as it passes between threads, where classes and causes do not. */
export interface PlainError {
  readonly code: string
  readonly message: string
  readonly cause: string
}

export const toPlain = (error: WebhooksError): PlainError => ({
  code: error.code,
  message: error.message,
  cause: error.cause instanceof Error ? error.cause.message : '',
})

export const fromPlain = ({ code, message, cause }: PlainError): WebhooksError => {
  const options = cause === '' ? {} : { cause: new Error(cause) }
  return code === 'STORAGE_UNAVAILABLE'
    ? new StorageUnavailableError(message, options)
    : new WebhooksError(code, message, options)
}
