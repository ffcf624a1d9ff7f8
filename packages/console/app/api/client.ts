import { request, type Query } from './request.js'
import type {
  Catalogue,
  Count,
  Delivery,
  DeliveryDetail,
  EventDetail,
  EventItem,
  Me,
  Metrics,
  MetricsStep,
  Page,
  Replay,
  ReplayInput,
  Sent,
  Stats,
  Subscription,
  SubscriptionFields,
  Tested,
} from './types.js'

const get = async <T>(path: string, query: Query = {}): Promise<T> =>
  (await request<T>('GET', path, { query })).body
const post = async <T>(path: string, body: unknown = {}, query: Query = {}): Promise<T> =>
  (await request<T>('POST', path, { body, query })).body
const at = (...segments: string[]) => segments.map((segment) => `/${encodeURIComponent(segment)}`).join('')

/** The API as this page uses it: one member a route. */
export const api = {
  me: (subscriptionId?: string) => get<Me>('/me', { subscriptionId }),
  stats: () => get<Stats>('/stats'),
  catalogue: () => get<Catalogue>('/catalogue'),

  subscriptions: async (query: Query): Promise<Page<Subscription>> => {
    const { body, headers } = await request<Subscription[]>('GET', '/', { query })
    const [, next] = /<\?([^>]*)>; rel="next"/.exec(headers.get('link') ?? '') ?? []
    return { items: body, nextCursor: next === undefined ? null : new URLSearchParams(next).get('cursor') }
  },
  subscription: (id: string) => get<Subscription>(at(id)),
  create: (fields: SubscriptionFields) => post<Subscription>('/', fields),
  update: async (id: string, body: SubscriptionFields) =>
    (await request<Subscription>('PATCH', at(id), { body })).body,
  remove: async (id: string) => void (await request('DELETE', at(id))),
  pause: (id: string) => post<Subscription>(at(id, 'pause')),
  switchOff: (id: string) => post<Subscription>(at(id, 'pause'), { keep: false }),
  resume: (id: string) => post<Subscription>(at(id, 'resume')),
  release: (id: string) => post<Subscription>(at(id, 'release')),
  rotate: (id: string, overlapMs: number) => post<Subscription>(at(id, 'rotate-secret'), { overlapMs }),
  test: async (id: string) =>
    (
      await request<Tested & { success: boolean; error?: string }>('POST', at(id, 'test'), {
        body: {},
        alsoOk: 500,
      })
    ).body,

  events: (query: Query) => get<Page<EventItem>>('/events', query),
  event: (id: string) => get<EventDetail>(at('events', id)),
  send: (body: string) => post<Sent>('/send', body),

  deliveries: (query: Query) => get<Page<Delivery>>('/deliveries', query),
  delivery: (id: string) => get<DeliveryDetail>(at('deliveries', id)),
  resend: (id: string) => post<Delivery>(at('deliveries', id, 'resend')),
  cancel: (id: string) => post<Delivery>(at('deliveries', id, 'cancel')),
  count: (query: Query) => get<Count>('/deliveries/count', query),
  resendAll: (filter: Query, dryRun: boolean) => post<Count>('/deliveries/resend-all', { ...filter, dryRun }),
  cancelAll: (filter: Query, dryRun: boolean) => post<Count>('/deliveries/cancel-all', { ...filter, dryRun }),
  pauseAll: (ids: readonly string[], dryRun: boolean) =>
    post<{ count: number }>('/pause-all', { ids, dryRun }),

  metrics: (id: string | null, since: string, step: MetricsStep) =>
    get<Metrics>(id === null ? '/stats/metrics' : at(id, 'metrics'), { since, step }),

  replay: (input: ReplayInput, dryRun: boolean) =>
    post<Count & { id: string | null }>('/deliveries/replay', { ...input, dryRun }),
  replays: (query: Query) => get<Page<Replay>>('/replays', query),
  replayOf: (id: string) => get<Replay>(at('replays', id)),
  cancelReplay: (id: string) => post<Replay>(at('replays', id, 'cancel')),
} as const
