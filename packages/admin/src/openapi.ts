import { z } from 'zod'
import { VERSION } from './version.js'
import type { Route } from './route.js'
import { delivery, deliveryDetail, deliveryPage } from './schemas/delivery.js'
import { eventDetail, eventPage } from './schemas/event.js'
import { problem } from './schemas/problem.js'
import { replay } from './schemas/replay.js'
import { newSubscription, subscription, subscriptionChanges } from './schemas/subscription.js'

type Json = Record<string, unknown>

/** Schemas that have a name of their own in the document; the others are named after their route. */
const NAMED = new Map<z.ZodType, string>([
  [subscription, 'Subscription'],
  [newSubscription, 'NewSubscription'],
  [subscriptionChanges, 'SubscriptionChanges'],
  [delivery, 'Delivery'],
  [deliveryDetail, 'DeliveryDetail'],
  [deliveryPage, 'DeliveryPage'],
  [replay, 'Replay'],
  [eventDetail, 'EventDetail'],
  [eventPage, 'EventPage'],
  [problem, 'Problem'],
])

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'A field of the request is wrong',
  403: 'A browser sent it from a page of another site, or it is not allowed to whoever asks',
  404: 'There is no such thing',
  405: 'This path does not take that method; Allow says which',
  408: 'The body did not arrive in time',
  409: 'Its state does not allow that',
  413: 'The body is longer than 64 KiB',
  415: 'The body is not plain JSON',
  500: 'Internal error',
  503: 'Storage is away, or the process stops; try again',
}

const pascal = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}`

/** The OpenAPI 3.1 document of the routes. */
export const openApiDocument = (routes: readonly Route[]): Json => {
  const schemas = schemaRegistry()
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, schemas.ref) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Webhooks admin API',
      version: VERSION,
      description: 'Who may call it is decided by the guards of the app that mounts it.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '.', description: 'Where this document was read' }],
    paths,
    components: { schemas: schemas.all() },
  }
}

type Ref = (schema: z.ZodType, io: 'input' | 'output', name: string) => Json

/** Collects schemas under their names; `all` turns them into JSON Schema, references and all. */
const schemaRegistry = (): { ref: Ref; all: () => Json } => {
  const registries = { input: z.registry<{ id: string }>(), output: z.registry<{ id: string }>() }
  const uri = (id: string) => `#/components/schemas/${id}`
  const ref: Ref = (schema, io, name) => {
    const id = registries[io].get(schema)?.id ?? NAMED.get(schema) ?? name
    registries[io].add(schema, { id })
    return { $ref: uri(id) }
  }
  const all = () => {
    const made = (['input', 'output'] as const).flatMap((io) =>
      Object.entries(z.toJSONSchema(registries[io], { io, uri, unrepresentable: 'any' }).schemas),
    )
    return Object.fromEntries(made.map(([id, { $id: _id, $schema: _draft, ...schema }]) => [id, schema]))
  }
  return { ref, all }
}

const JSON_TYPE = 'application/json'
const content = (type: string, schema: Json) => ({ content: { [type]: { schema } } })
const json = (schema: Json) => content(JSON_TYPE, schema)

const operation = (route: Route, ref: Ref): Json => {
  const { name, summary, method, status, result, failure, linked, textType } = route
  const parameters = [...pathParameters(route), ...queryParameters(route)]
  const takesBody = method !== 'GET' && Object.keys(shapeOf(route.body)).length > 0
  const body = takesBody && ref(route.body, 'input', `${pascal(name)}Input`)
  const next = { headers: { Link: { description: 'The next page: rel="next"', schema: { type: 'string' } } } }
  const problems = Object.fromEntries(
    Object.entries(PROBLEMS).map(([code, description]) => [
      code,
      { description, ...json(ref(problem, 'output', 'Problem')) },
    ]),
  )
  return {
    operationId: name,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: !accepts(route.body, {}), ...json(body) } }),
    responses: {
      ...problems,
      [status]: {
        description: summary,
        ...content(textType ?? JSON_TYPE, ref(result, 'output', `${pascal(name)}Result`)),
        ...(linked && next),
      },
      ...(failure && {
        [failure.status]: {
          description: 'It was tried and failed, or an internal error',
          ...json({
            anyOf: [
              ref(failure.result, 'output', `${pascal(name)}Failure`),
              ref(problem, 'output', 'Problem'),
            ],
          }),
        },
      }),
    },
  }
}

const accepts = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success

const shapeOf = (schema: z.ZodType): Readonly<Record<string, z.ZodType>> =>
  schema instanceof z.ZodObject ? (schema.shape as Record<string, z.ZodType>) : {}

const pathParameters = ({ path }: Route) =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))

const queryParameters = ({ query }: Route) =>
  Object.entries(shapeOf(query)).map(([name, field]) => {
    const { $schema: _draft, description, ...schema } = z.toJSONSchema(field, { io: 'input' })
    return { name, in: 'query', ...(description !== undefined && { description }), schema }
  })
