import { isUtf8 } from 'node:buffer'

const BYTE_ORDER_MARK = '\ufeff'

/** A body as text, without the byte order mark it may begin with (RFC 8259, section 8.1). `null`: not UTF-8. */
export const decodeUtf8 = (body: string | Uint8Array): string | null => {
  if (typeof body !== 'string' && !isUtf8(body)) return null
  const text = typeof body === 'string' ? body : view(body).toString()
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
}

const view = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
