import { z } from 'zod'
import { defineRoute } from './define-route.js'
import type { Route } from './route.js'
import { openApiDocument } from './openapi.js'
import { bulkRoutes } from './routes/bulk.js'
import { consoleRoutes } from './routes/console.js'
import { deliveryRoutes } from './routes/deliveries.js'
import { eventRoutes } from './routes/events.js'
import { metricsRoute } from './routes/metrics.js'
import { replayRoutes } from './routes/replays.js'
import { subscriptionRoutes } from './routes/subscriptions.js'

const documentRoute = defineRoute({
  name: 'getOpenApi',
  method: 'GET',
  path: '/openapi.json',
  summary: 'This document',
  result: z.looseObject({ openapi: z.string() }),
  handle: async () => ({ result: openApiDocument(ROUTES) as { openapi: string } }),
})

/** Every route there is; the first path that matches wins, so `/:id` comes last. */
export const TABLE = [
  documentRoute,
  metricsRoute,
  ...consoleRoutes,
  ...eventRoutes,
  ...bulkRoutes,
  ...replayRoutes,
  ...deliveryRoutes,
  ...subscriptionRoutes,
] as const

/** The same, for whoever does not ask which is which. */
export const ROUTES: readonly Route[] = TABLE as unknown as readonly Route[]
