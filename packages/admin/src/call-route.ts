import { isIdentityEncoding, isWebhooksError } from '@swigs/webhooks-protocol'
import type { SubscriptionView } from '@swigs/webhooks-dispatcher'
import { sitesOf, type Access } from './access.js'
import type { AdminRequest } from './admin-api.js'
import { answer, REFUSALS, textAnswer, type Answer } from './answers.js'
import type { BodyReader } from './read-body.js'
import { readFields, readJson, readQuery, type Read } from './read-request.js'
import type { ManagedDispatcher, Route } from './route.js'
import { ROUTES } from './routes.js'
import { withinSites } from './scope/within-sites.js'

/** A request that found its route. */
interface Found {
  readonly route: Route
  readonly params: Readonly<Record<string, string>>
  readonly request: AdminRequest
  readonly body: BodyReader
  readonly allowSend: boolean
}

/** Reads a request, asks whether it may be done, and does it. */
export const callRoute = async (dispatcher: ManagedDispatcher, found: Found): Promise<Answer> => {
  const { route, params, request } = found
  const raw = readQuery(request.query)
  if ('refusal' in raw) return raw.refusal
  const json = await readBody(route, request, found.body)
  if ('refusal' in json) return json.refusal

  const siteIds = await sitesOf(request)
  const managed = siteIds === 'all' ? dispatcher : withinSites(dispatcher, siteIds)
  const rights = { can: request.can, siteIds, allowSend: found.allowSend }
  const concerns = () => concerned(managed, { ...raw.value, ...fieldsOf(json.value), ...params })
  const refusal = await refusalOf(route, rights, concerns)
  if (refusal !== null) return REFUSALS.forbidden(refusal)
  const query = readFields(route.query, raw.value)
  if ('refusal' in query) return query.refusal
  const body = readFields(route.body, json.value)
  if ('refusal' in body) return body.refusal

  // Apps without types pass on what they have: an ObjectId.
  const actor = request.actor === null ? null : String(request.actor)
  const access = {
    siteIds,
    allowed: (subscription: SubscriptionView | null) => allowed(rights, subscription),
  }
  const outcome = await route.handle(managed, { params, query: query.value, body: body.value, actor, access })
  if ('failure' in outcome) return answer(route.failure?.status ?? 500, outcome.failure)
  if (route.textType !== null) return textAnswer(route.status, String(outcome.result), route.textType)
  const link = route.linked && outcome.nextCursor ? nextLink(raw.value, outcome.nextCursor) : {}
  return answer(route.status, outcome.result, link)
}

interface Rights {
  readonly can: Access['can']
  readonly siteIds: readonly string[] | 'all'
  readonly allowSend: boolean
}

/** Why this may not be done; `null` when it may. */
const refusalOf = async (
  { name, method, isAlwaysAllowed, isOfAllSites, optIn }: Route,
  { can, siteIds, allowSend }: Rights,
  concerns: () => Promise<SubscriptionView | null>,
): Promise<string | null> => {
  if (isAlwaysAllowed) return null
  if (optIn === 'allowSend' && !allowSend)
    return `${name}: This app does not allow that; its option is allowSend.`
  if (isOfAllSites && siteIds !== 'all')
    return `${name}: It tells of all sites, and you may see some of them.`
  if (!can || (await can({ route: name, method, subscription: await concerns() })) === true) return null
  return `${name}: You may not do that.`
}

const allowed = async (rights: Rights, subscription: SubscriptionView | null): Promise<string[]> => {
  const given = await Promise.all(
    ROUTES.map(async (route) => ({
      route,
      refusal: await refusalOf(route, rights, async () => subscription),
    })),
  )
  return given
    .filter(({ refusal }) => refusal === null)
    .map(({ route: { method, path } }) => `${method} ${path}`)
}

/** The subscription that a request names, by itself or by one of its deliveries. */
const concerned = async (
  { subscriptions, deliveries }: ManagedDispatcher,
  named: Readonly<Record<string, unknown>>,
): Promise<SubscriptionView | null> => {
  const { deliveryId } = named
  const id =
    typeof deliveryId === 'string'
      ? (await deliveries.get(deliveryId)).subscriptionId
      : (named['id'] ?? named['subscriptionId'])
  if (typeof id !== 'string') return null
  try {
    return await subscriptions.get(id)
  } catch (error) {
    // Its handler says what that means.
    if (isWebhooksError(error, 'NOT_FOUND')) return null
    throw error
  }
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? { ...value } : {}

const readBody = async (
  route: Route,
  { contentEncoding, contentType }: AdminRequest,
  reader: BodyReader,
): Promise<Read<unknown>> => {
  if (route.method === 'GET') return { value: {} }
  if (!isIdentityEncoding(contentEncoding)) return { refusal: REFUSALS.unsupportedEncoding() }
  return readJson(await reader.read(), contentType)
}

/** RFC 8288; relative to the address that was asked for. */
const nextLink = (query: Record<string, string>, cursor: string) => ({
  link: `<?${new URLSearchParams({ ...query, cursor }).toString()}>; rel="next"`,
})
