import { z } from 'zod'
import { defineRoute } from '../define-route.js'
import { paging } from '../schemas/common.js'
import { newReplay, replay, replayBegun, replayPage } from '../schemas/replay.js'

/** Times that are sent again. */
export const replayRoutes = [
  defineRoute({
    name: 'replayDeliveries',
    method: 'POST',
    path: '/deliveries/replay',
    summary: 'Send what happened in a time again, or what was missed then; dryRun only counts',
    body: newReplay,
    result: replayBegun,
    handle: async ({ deliveries }, { body, actor }) => ({
      result: await deliveries.replay({ ...body, actor }),
    }),
  }),
  defineRoute({
    name: 'listReplays',
    method: 'GET',
    path: '/replays',
    summary: 'Replays, newest first',
    query: z.strictObject(paging),
    result: replayPage,
    handle: async ({ replays }, { query }) => ({ result: await replays.list(query) }),
  }),
  defineRoute({
    name: 'getReplay',
    method: 'GET',
    path: '/replays/:id',
    summary: 'One replay, and how far it has come',
    result: replay,
    handle: async ({ replays }, { params }) => ({ result: await replays.get(params.id) }),
  }),
  defineRoute({
    name: 'cancelReplay',
    method: 'POST',
    path: '/replays/:id/cancel',
    summary: 'Send nothing more by it; what it has made due already goes out',
    result: replay,
    handle: async ({ replays }, { params, actor }) => ({
      result: await replays.cancel(params.id, { actor }),
    }),
  }),
] as const
