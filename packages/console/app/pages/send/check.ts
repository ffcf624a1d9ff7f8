import type { Catalogue } from '../../api/types.js'

type Schema = Readonly<Record<string, unknown>>

/** A problem with what was typed. */
export interface Issue {
  readonly path: string
  readonly message: string
}

/** The example of a type, to begin with. */
export const exampleOf = ({ types }: Catalogue, type: string): string =>
  JSON.stringify(types.find((one) => one.type === type)?.example ?? {}, null, 2)

/**
 * What is wrong while it is typed: no JSON, a field that is missing, of another type, or unknown. The server has the last word; what
 * is not looked at here is refused there.
 */
export const problemsOf = (catalogue: Catalogue, type: string, text: string): Issue[] => {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    return [{ path: '', message: `Not JSON: ${error instanceof Error ? error.message : ''}` }]
  }
  const schema = catalogue.types.find((one) => one.type === type)?.schema
  return schema ? check(schema, data, '').slice(0, 10) : []
}

const check = (schema: Schema, value: unknown, path: string): Issue[] => {
  const kinds = [schema['type'] ?? []].flat() as string[]
  if (kinds.length > 0 && !kinds.some((kind) => isOf(kind, value)))
    return [{ path, message: `Expected ${kinds.join(' or ')}` }]
  if (Array.isArray(value)) {
    const items = schema['items'] as Schema | undefined
    return items ? value.flatMap((item, index) => check(items, item, `${path}[${index}]`)) : []
  }
  return typeof value === 'object' && value !== null ? checkFields(schema, value as Schema, path) : []
}

const checkFields = (schema: Schema, value: Schema, path: string): Issue[] => {
  const at = (name: string) => (path === '' ? name : `${path}.${name}`)
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>
  const missing = ((schema['required'] ?? []) as string[])
    .filter((name) => !Object.hasOwn(value, name))
    .map((name) => ({ path: at(name), message: 'Missing' }))
  const unknown =
    schema['additionalProperties'] === false
      ? Object.keys(value)
          .filter((name) => !Object.hasOwn(properties, name))
          .map((name) => ({ path: at(name), message: 'Unknown field' }))
      : []
  const inside = Object.entries(properties).flatMap(([name, field]) =>
    Object.hasOwn(value, name) ? check(field, value[name], at(name)) : [],
  )
  return [...missing, ...unknown, ...inside]
}

const isOf = (kind: string, value: unknown): boolean => {
  if (kind === 'null') return value === null
  if (kind === 'array') return Array.isArray(value)
  if (kind === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value)
  if (kind === 'integer') return Number.isInteger(value)
  return typeof value === kind
}
