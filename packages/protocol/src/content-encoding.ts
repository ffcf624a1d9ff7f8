/**
 * Whether `Content-Encoding` says that nothing was done to the body: absent, empty, or `identity` in any case and number
 * (RFC 9110, sections 8.4 and 5.6.1). Anything else would have to be undone, and what is compressed is never inflated.
 */
export const isIdentityEncoding = (value: string | readonly string[] | null | undefined): boolean =>
  String(value ?? '')
    .split(',')
    .every((coding) => /^\s*(?:identity)?\s*$/i.test(coding))
