import type { FetchHeaders, HeaderBag } from '@swigs/webhooks-protocol'

/** A request whose body is at hand. */
export interface RawRequest {
  /** Only `POST` is taken. */
  readonly method: string
  /** Names in any case, or a `Headers`. */
  readonly headers: HeaderBag | FetchHeaders
  /** The bytes as they arrived, or their text. Anything else was parsed before, and cannot be verified. */
  readonly body: string | Uint8Array | undefined
}

/** A request whose body is still to come. */
export interface StreamedRequest {
  /** Only `POST` is taken. */
  readonly method: string
  /** Names in any case, or a `Headers`. */
  readonly headers: HeaderBag | FetchHeaders
  /** Reads at most `limit` bytes; after `signal` nobody waits for it any more. Called once for every request. */
  readBody(limit: number, signal: AbortSignal): Promise<Body>
}

/** A request, as a framework or a test has it. */
export type ReceiverRequest = RawRequest | StreamedRequest

/** A body as it was found. */
export type Body =
  | { readonly kind: 'bytes'; readonly bytes: string | Uint8Array }
  /** Longer than the limit; the rest is left unread. */
  | { readonly kind: 'too_large' }
  /** Its sender went away. */
  | { readonly kind: 'aborted' }
  /** Somebody had read it. `fix`: how to mend that, where this request comes from. */
  | { readonly kind: 'consumed'; readonly fix: string }

/** The value of a header, whatever the case of its name. */
export const headerOf = (
  headers: HeaderBag | FetchHeaders,
  name: string,
): string | readonly string[] | undefined => {
  if (typeof headers.get === 'function') return headers.get(name) ?? undefined
  const bag = headers as HeaderBag
  return bag[name] ?? bag[Object.keys(bag).find((key) => key.toLowerCase() === name) ?? name]
}
