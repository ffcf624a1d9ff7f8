import type { AdminClient } from '@swigs/webhooks-admin'
import { expectTypeOf, it } from 'vitest'
import type * as page from '../app/api/types.js'

type Answer<N extends keyof AdminClient> = Awaited<ReturnType<AdminClient[N]>>

it('are what the page takes them for: the compiler says so', () => {
  expectTypeOf<Answer<'getSubscription'>>().toExtend<page.Subscription>()
  expectTypeOf<Answer<'getDelivery'>>().toExtend<page.DeliveryDetail>()
  expectTypeOf<Answer<'listDeliveries'>>().toExtend<page.Page<page.Delivery>>()
  expectTypeOf<Answer<'getEvent'>>().toExtend<page.EventDetail>()
  expectTypeOf<Answer<'getStats'>>().toExtend<page.Stats>()
  expectTypeOf<Answer<'getStatsMetrics'>>().toExtend<page.Metrics>()
  expectTypeOf<Answer<'getReplay'>>().toExtend<page.Replay>()
  expectTypeOf<Answer<'getMe'>>().toExtend<page.Me>()
  expectTypeOf<Answer<'getCatalogue'>>().toExtend<page.Catalogue>()
  expectTypeOf<Answer<'countDeliveries'>>().toExtend<page.Count>()
})
