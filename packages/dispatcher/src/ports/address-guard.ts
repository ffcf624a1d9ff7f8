/** An address to connect to, as a resolver gives it. */
export interface ResolvedAddress {
  readonly address: string
  readonly family: 4 | 6
}

/** Addresses that may be connected to, or why not. `unresolved`: the name has no address just now. */
export type GuardVerdict =
  | { readonly kind: 'allowed'; readonly addresses: readonly ResolvedAddress[] }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unresolved'; readonly reason: string }

/** One rule for saving a subscription, for the test button and for every delivery. */
export interface AddressGuard {
  /** Scheme, form and, for an IP literal, the address: all that can be told without asking anyone. */
  inspect(url: string): { readonly kind: 'ok' } | { readonly kind: 'refused'; readonly reason: string }
  /** Resolves a host name; refused if any of its addresses is not public and not allowed. */
  resolve(hostname: string): Promise<GuardVerdict>
}
