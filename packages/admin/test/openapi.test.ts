import { Validator } from '@seriousme/openapi-schema-validator'
import { describe, expect, it } from 'vitest'
import { adminRoutes, openApiDocument } from '../src/index.js'

const document = openApiDocument(adminRoutes) as {
  openapi: string
  paths: Record<
    string,
    Record<
      string,
      { operationId: string; requestBody?: { required: boolean }; responses: Record<string, unknown> }
    >
  >
  components: { schemas: Record<string, unknown> }
}

describe('the OpenAPI document', () => {
  it('is a valid one, of version 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document) as never)
    expect(errors).toBeUndefined()
    expect(valid).toBe(true)
    expect(document.openapi).toBe('3.1.0')
  })

  it('has every route of the table, and no other', () => {
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => `${method} ${path} ${operationId}`),
    )
    const table = adminRoutes.map(
      ({ method, path, name }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')} ${name}`,
    )
    expect(described.sort()).toEqual(table.sort())
  })

  it('refers to nothing that it does not have', () => {
    const references = JSON.stringify(document).match(/#\/components\/schemas\/\w+/g) ?? []
    expect(references.length).toBeGreaterThan(20)
    for (const reference of references)
      expect(document.components.schemas).toHaveProperty(reference.split('/').at(-1) ?? '')
  })

  it('says which fields come in, and that there are no others', () => {
    expect(document.components.schemas['NewSubscription']).toMatchObject({
      required: ['appName', 'url', 'events'],
      additionalProperties: false,
      properties: { appName: { type: 'string', minLength: 1, maxLength: 128 } },
    })
  })
  it('says where a body is needed, and where there is another page', () => {
    const { paths } = document
    expect(paths['/']?.['post']?.requestBody?.required).toBe(true)
    expect(paths['/{id}/recover']?.['post']?.requestBody?.required).toBe(true)
    expect(paths['/{id}/rotate-secret']?.['post']?.requestBody?.required).toBe(false)
    expect(paths['/{id}/test']?.['post']).not.toHaveProperty('requestBody')
    expect(paths['/']?.['get']?.responses['200']).toHaveProperty('headers.Link')
  })

  it('describes every refusal as the problem that it is', () => {
    for (const methods of Object.values(document.paths))
      for (const { responses } of Object.values(methods))
        for (const status of [400, 404, 405, 409, 413, 415, 500, 503])
          expect(JSON.stringify(responses[status])).toContain('#/components/schemas/Problem')
  })
})
