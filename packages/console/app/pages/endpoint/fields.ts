import type { Subscription, SubscriptionFields } from '../../api/types.js'

/** An endpoint as a form has it. */
export interface EndpointForm {
  readonly appName: string
  readonly url: string
  /** One a line. */
  readonly events: string
  readonly siteIds: string
  readonly description: string
  /** `name: value`, one a line. */
  readonly headers: string
  /** `own`: the app's own; `none`: no limit; `this`: `limit` in `windowSeconds`. */
  readonly limitKind: 'own' | 'none' | 'this'
  readonly limit: string
  readonly windowSeconds: string
}

export const EMPTY_FORM: EndpointForm = {
  appName: '',
  url: 'https://',
  events: '*',
  siteIds: '',
  description: '',
  headers: '',
  limitKind: 'own',
  limit: '100',
  windowSeconds: '60',
}

export const formOf = (endpoint: Subscription): EndpointForm => {
  const { rateLimit } = endpoint
  return {
    appName: endpoint.appName,
    url: endpoint.url,
    events: endpoint.events.join('\n'),
    siteIds: endpoint.filters.siteIds.join('\n'),
    description: endpoint.description ?? '',
    headers: Object.entries(endpoint.headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\n'),
    limitKind: rateLimit === null ? 'own' : rateLimit === false ? 'none' : 'this',
    limit: rateLimit ? String(rateLimit.limit) : EMPTY_FORM.limit,
    windowSeconds: rateLimit ? String(rateLimit.windowMs / 1_000) : EMPTY_FORM.windowSeconds,
  }
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

const headersOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    lines(text).map((line) => {
      const colon = line.indexOf(':')
      return colon < 0 ? [line, ''] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
    }),
  )

const limitOf = ({ limitKind, limit, windowSeconds }: EndpointForm) =>
  limitKind === 'own'
    ? null
    : limitKind === 'none'
      ? (false as const)
      : { limit: Number(limit), windowMs: Math.round(Number(windowSeconds) * 1_000) }

/** What is sent of a form: all of it, or only what differs from `before`. A header whose value is masked is kept by not sending any. */
export const fieldsOf = (form: EndpointForm, before?: EndpointForm): SubscriptionFields => {
  const changed = (...names: (keyof EndpointForm)[]) =>
    before === undefined || names.some((name) => form[name] !== before[name])
  return {
    ...(changed('appName') && { appName: form.appName.trim() }),
    ...(changed('url') && { url: form.url.trim() }),
    ...(changed('events') && { events: lines(form.events) }),
    ...(changed('siteIds') && { filters: { siteIds: lines(form.siteIds) } }),
    ...(changed('description') && { description: form.description.trim() || null }),
    ...(changed('headers') && { headers: headersOf(form.headers) }),
    ...(changed('limitKind', 'limit', 'windowSeconds') && { rateLimit: limitOf(form) }),
  }
}
