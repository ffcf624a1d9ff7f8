/** The part of Node's IncomingMessage, as Express extends it, that is used. */
export interface NodeRequestLike {
  readonly method?: string | undefined
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly readableEnded?: boolean
  body?: unknown
  rawBody?: unknown
  on(event: string, listener: (chunk: Uint8Array) => void): unknown
  off(event: string, listener: (chunk: Uint8Array) => void): unknown
  resume(): unknown
}

/** The bytes, that there were too many of them, or that somebody else took them. */
export type NodeBody = { readonly bytes: Uint8Array } | 'too_large' | 'consumed' | 'aborted'

/** Reads at most `limit` bytes; a longer body is dropped as it comes. */
export const readNodeBody = async (request: NodeRequestLike, limit: number): Promise<NodeBody> => {
  const kept = request.rawBody ?? request.body
  if (kept instanceof Uint8Array) return kept.length > limit ? 'too_large' : { bytes: kept }
  if (request.rawBody !== undefined || request.readableEnded || isParsed(request.body)) return 'consumed'
  if (Number(request.headers['content-length'] ?? 0) > limit) return tooLarge(request)
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = []
    let length = 0
    const finish = (body: NodeBody) => {
      request.off('data', onData)
      request.off('end', onEnd)
      request.off('error', onAborted)
      request.off('close', onAborted)
      resolve(body)
    }
    const onData = (chunk: Uint8Array) => {
      length += chunk.length
      if (length > limit) finish(tooLarge(request))
      else chunks.push(chunk)
    }
    const onEnd = () => finish({ bytes: Buffer.concat(chunks) })
    const onAborted = () => finish('aborted')
    request.on('data', onData)
    request.on('end', onEnd)
    request.on('error', onAborted)
    request.on('close', onAborted)
  })
}

/** Express 4 parsers leave `{}` behind when they had nothing to do. */
const isParsed = (body: unknown): boolean =>
  body !== undefined && !(typeof body === 'object' && body !== null && Object.keys(body).length === 0)

const tooLarge = (request: NodeRequestLike): 'too_large' => {
  request.resume()
  return 'too_large'
}
