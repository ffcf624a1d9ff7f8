import { InvalidOptionsError } from '@swigs/webhooks-protocol'
import type { DispatcherOptions } from '../api/options.js'
import { delaysFor } from '../core/retry-schedule.js'
import { DEFAULT_DELAYS_MS } from './options.js'

/**
 * Options from environment variables; a variable that is not set changes nothing.
 * `WEBHOOKS_ENABLED` (`true`, `false`, `1`, `0`), `WEBHOOK_RETRY_ATTEMPTS` (retries, 0 to 50: 1, 5 and 15 minutes, the
 * last one repeated), `WEBHOOK_TIMEOUT` (ms).
 * @throws InvalidOptionsError naming the variable.
 */
export const optionsFromEnv = (
  env: Readonly<Record<string, string | undefined>>,
): Pick<DispatcherOptions, 'enabled' | 'retry' | 'timeoutMs'> => {
  const enabled = read(env, 'WEBHOOKS_ENABLED', 'true or false', (text) =>
    /^(true|1)$/i.test(text) ? true : /^(false|0)$/i.test(text) ? false : undefined,
  )
  const retries = read(env, 'WEBHOOK_RETRY_ATTEMPTS', 'a whole number from 0 to 50', wholeNumber(0, 50))
  const timeoutMs = read(
    env,
    'WEBHOOK_TIMEOUT',
    'milliseconds, a whole number from 1 to 600000',
    wholeNumber(1, 600_000),
  )
  return {
    ...(enabled === undefined ? {} : { enabled }),
    ...(retries === undefined ? {} : { retry: { delaysMs: delaysFor(DEFAULT_DELAYS_MS, retries) } }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  }
}

const wholeNumber =
  (least: number, most: number) =>
  (text: string): number | undefined =>
    /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most ? Number(text) : undefined

const read = <T>(
  env: Readonly<Record<string, string | undefined>>,
  name: string,
  expected: string,
  parse: (text: string) => T | undefined,
): T | undefined => {
  const text = env[name]?.trim()
  if (text === undefined || text === '') return undefined
  const value = parse(text)
  if (value !== undefined) return value
  const message = `Expected ${expected}, got ${JSON.stringify(text)}`
  throw new InvalidOptionsError(`${name}: ${message}. Mend it in the environment, or unset it.`, {
    issues: [{ path: name, message }],
  })
}
