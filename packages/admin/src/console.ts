import { answer, REFUSALS, type Answer } from './answers.js'

/** One file of the console. */
export interface ConsoleFile {
  readonly contentType: string
  readonly text: string
  /** Its name changes with what is in it, so that it may be kept for ever. */
  readonly hasHash: boolean
}

/** The console's files by name, `index.html` among them: what `consoleAssets()` of `@swigs/webhooks-console` gives. */
export type ConsoleAssets = ReadonlyMap<string, ConsoleFile>

/** Nothing but the console's own files is loaded, run, asked or framed by. Source: CSP Level 3. */
export const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ')

const MOUNT = '/console'

/** The answer to a request for the console; `null` for any other path. */
export const consoleAnswer = (assets: ConsoleAssets, method: string, path: string): Answer | null => {
  if (path !== MOUNT && !path.startsWith(`${MOUNT}/`)) return null
  if (method !== 'GET' && method !== 'HEAD') return REFUSALS.methodNotAllowed('GET, HEAD')
  // Relative, as the path before it is the proxy's to know.
  if (path === MOUNT) return { ...answer(308, ''), headers: { ...HEADERS, location: 'console/' }, body: '' }
  const file = assets.get(path.slice(MOUNT.length + 1) || 'index.html')
  if (!file) return REFUSALS.notFound()
  const { contentType, text, hasHash } = file
  const cache = hasHash ? 'private, max-age=31536000, immutable' : 'no-cache'
  const headers = { ...HEADERS, 'content-type': contentType, 'cache-control': cache }
  return { status: 200, headers, body: text }
}

const HEADERS = {
  'content-security-policy': CONSOLE_POLICY,
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}
