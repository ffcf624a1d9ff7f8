import {
  InvalidEventError,
  isEventType,
  issuesFromZod,
  issuesToText,
  type EventCatalogue,
  type Issue,
} from '@swigs/webhooks-protocol'
import { isOwnEvent } from '../core/match.js'

/**
 * The data as it goes out: plain JSON (documents, ids and dates as their `toJSON` gives them), let through by its schema.
 * @throws InvalidEventError with the path of each problem.
 */
export const validateEvent = (
  catalogue: EventCatalogue | undefined,
  type: unknown,
  data: unknown,
): unknown => {
  if (!isEventType(type) || (catalogue && !Object.hasOwn(catalogue, type))) throw unknownType(catalogue, type)
  if (isOwnEvent(type))
    throw invalid(type, [
      { path: 'type', message: 'Told of by the dispatcher itself alone. Take another name' },
    ])
  const definition = catalogue?.[type]
  if (!definition) {
    if (toText(type, data) === undefined)
      throw invalid(type, [{ path: 'data', message: 'Expected JSON data' }])
    return data
  }
  const text = toText(type, data)
  const parsed = definition.schema.safeParse(text === undefined ? undefined : JSON.parse(text))
  if (parsed.success) return parsed.data
  throw invalid(type, issuesFromZod(parsed.error), parsed.error)
}

const toText = (type: string, data: unknown): string | undefined => {
  try {
    return JSON.stringify(data)
  } catch (cause) {
    throw invalid(type, [{ path: 'data', message: 'Not JSON: it has a cycle or a BigInt' }], cause)
  }
}

const invalid = (type: string, issues: Issue[], cause?: unknown): InvalidEventError => {
  const text = issuesToText(issues, 'data')
  return new InvalidEventError(`The ${type} event was not accepted. ${text}`, { issues, cause })
}

const unknownType = (catalogue: EventCatalogue | undefined, type: unknown): InvalidEventError => {
  const shown = typeof type === 'string' ? JSON.stringify(type.slice(0, 128)) : typeof type
  const known = catalogue
    ? `Known types: ${Object.keys(catalogue).join(', ')}.`
    : 'A type is lower-case words joined by dots, like order.created, at most 128 characters.'
  const message = `Unknown event type ${shown}. ${known}`
  return new InvalidEventError(message, { issues: [{ path: 'type', message }] })
}
