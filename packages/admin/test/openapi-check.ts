import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import type { Received, Sent } from './mounts.js'

interface Operation {
  parameters?: { name: string; in: string; schema: object; required?: boolean }[]
  requestBody?: { required: boolean }
  responses: Record<string, { content?: object }>
}

export interface OpenApi {
  paths: Record<string, Record<string, Operation>>
}

const isWellFormed = (path: string): boolean => {
  try {
    new URL(path, 'http://localhost')
  } catch {
    // No URL at all.
    return false
  }
  return !/%(?![0-9a-f]{2})/i.test(path)
}

const escape = (pointer: string) => pointer.replaceAll('~', '~0').replaceAll('/', '~1')

/** Checks each request that was taken, and each answer, against the document. Throws where they differ. */
export const openApiCheck = (document: OpenApi): ((sent: Sent, received: Received) => void) => {
  const options = { strict: false, allErrors: true, coerceTypes: false as const }
  const ajv = addFormats.default(new Ajv2020(options)).addSchema(document, 'document')
  const coercing = addFormats.default(new Ajv2020({ ...options, coerceTypes: true }))
  const compiled = new Map<string, ValidateFunction>()

  const check = (pointer: string, value: unknown, what: string) => {
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `document#${pointer}` })
    compiled.set(pointer, validate)
    if (!validate(value)) throw new Error(`${what} is not as documented: ${ajv.errorsText(validate.errors)}`)
  }

  const templates = Object.keys(document.paths).map((template) => ({
    template,
    pattern: new RegExp(`^${template.replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  }))

  const checkQuery = (operation: Operation, query: URLSearchParams, what: string) => {
    const known = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query')
    for (const [name, text] of query) {
      const parameter = known.find((one) => one.name === name)
      if (!parameter) throw new Error(`${what}: the parameter ${name} is not documented`)
      const holder = { value: text }
      if (!coercing.validate({ type: 'object', properties: { value: parameter.schema } }, holder))
        throw new Error(`${what}: the parameter ${name} is not as documented: ${coercing.errorsText()}`)
    }
  }

  return ({ method = 'GET', path, body }, { status, headers, text }) => {
    const [route = '', query = ''] = path.split('?')
    const found = templates.find(({ pattern }) => pattern.test(route === '' ? '/' : route))
    const operation = found && document.paths[found.template]?.[method.toLowerCase()]
    // Paths and methods that are not there, and what guards and frameworks answer, are not in the document.
    if (!found || !operation || status === 401 || method === 'HEAD' || !isWellFormed(route)) return
    const what = `${method} ${path} ${status}`
    const pointer = `/paths/${escape(found.template)}/${method.toLowerCase()}`
    const [type] = Object.keys(operation.responses[status]?.content ?? {})
    if (type === undefined) throw new Error(`${what} is not documented`)
    const isJson = type === 'application/json'
    const given = headers.get('content-type')
    if (isJson ? !given?.startsWith(type) : given !== type)
      throw new Error(`${what} is documented as ${type}, and was ${given}`)
    check(
      `${pointer}/responses/${status}/content/${escape(encodeURIComponent(type))}/schema`,
      isJson ? JSON.parse(text) : text,
      what,
    )
    if (status >= 300) return
    checkQuery(operation, new URLSearchParams(query), what)
    if (body !== undefined && operation.requestBody)
      check(
        `${pointer}/requestBody/content/application~1json/schema`,
        JSON.parse(String(body).replace(/^\ufeff/, '')),
        `${what} request`,
      )
    else if (operation.requestBody?.required) throw new Error(`${what}: a body is documented as required`)
  }
}
