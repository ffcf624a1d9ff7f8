import { issuesFromZod, type Issue } from '@swigs/webhooks-protocol'
import sjson from 'secure-json-parse'
import type { z } from 'zod'
import { invalid, REFUSALS, type Answer } from './answers.js'

/** The longest body that is read. */
export const MAX_BODY_BYTES = 64 * 1024

/** A body as a mount found it. */
export type Body =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** Something else read and parsed it before. */
  | { readonly kind: 'parsed'; readonly value: unknown; readonly length: number }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'aborted' }
  /** It was not there in time. */
  | { readonly kind: 'timed_out' }

/** A value, or the answer that says why there is none. */
export type Read<T> = { readonly value: T } | { readonly refusal: Answer }

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i
const PROTOTYPE_KEYS = { protoAction: 'error', constructorAction: 'error' } as const

const refuse = (path: string, message: string) => ({ refusal: invalid([{ path, message }]) })

/** JSON without prototype keys. No body at all is an empty object: `curl -X POST` sends none. */
export const readJson = (body: Body, contentType: string | undefined): Read<unknown> => {
  if (body.kind === 'too_large') return { refusal: REFUSALS.tooLarge(MAX_BODY_BYTES) }
  if (body.kind === 'aborted') return { refusal: REFUSALS.aborted() }
  if (body.kind === 'timed_out') return { refusal: REFUSALS.timedOut() }
  const length = body.kind === 'bytes' ? body.bytes.length : body.length
  if (length > MAX_BODY_BYTES) return { refusal: REFUSALS.tooLarge(MAX_BODY_BYTES) }
  if (length === 0) return { value: {} }
  if (!JSON_TYPE.test(contentType ?? '')) return { refusal: REFUSALS.unsupportedType() }
  try {
    const value = body.kind === 'bytes' ? JSON.parse(decode(body.bytes)) : body.value
    if (typeof value === 'object' && value !== null) sjson.scan(value, PROTOTYPE_KEYS)
    return { value }
  } catch (error) {
    const prototype = /prototype/.test((error as Error).message)
    return refuse('body', prototype ? 'Prototype keys are not taken: remove them' : 'Not well-formed JSON')
  }
}

const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes)

/** Query parameters as an object; one given twice is refused. */
export const readQuery = (query: string): Read<Record<string, string>> => {
  const value: Record<string, string> = Object.create(null)
  for (const [name, text] of new URLSearchParams(query)) {
    if (Object.hasOwn(value, name)) return refuse(name.slice(0, 64), 'Given more than once: once is enough')
    value[name] = text
  }
  return { value: { ...value } }
}

/** @returns the value as the schema gives it, or 400 with each field at fault. */
export const readFields = <T extends z.ZodType>(schema: T, input: unknown): Read<z.output<T>> => {
  const parsed = schema.safeParse(input)
  return parsed.success ? { value: parsed.data } : { refusal: invalid(shorten(issuesFromZod(parsed.error))) }
}

const MOST_ISSUES = 20

const shorten = (issues: readonly Issue[]): Issue[] =>
  issues.slice(0, MOST_ISSUES).map(({ path, message }) => ({ path: path.slice(0, 128), message }))
