import type { DeliveryDetail } from '../api/types.js'

/** For a POSIX shell: nothing in it is read. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

/** The request of a delivery as a command. What is masked in it stays masked. */
export const curlOf = (request: NonNullable<DeliveryDetail['request']>): string =>
  [
    `curl -X ${request.method} ${quoted(request.url ?? 'https://example.com/')}`,
    ...Object.entries(request.headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    `--data-binary ${quoted(request.body)}`,
  ].join(' \\\n  ')
