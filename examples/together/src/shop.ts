import { Stripe } from 'stripe'
import type { Apps } from './start-apps.js'

export const SITE = '65a000000000000000000003'

// What comes back is looked into by whoever asked.
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any

export interface Answer {
  readonly status: number
  readonly body: Json
}

/** What people and Stripe do to cms-backend, over HTTP. */
export const shopOn = ({ cms, workflow, admin, stripeSecret }: Apps) => {
  const send = async (method: string, path: string, body?: unknown, token?: string): Promise<Answer> => {
    const response = await fetch(`${cms.url}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.json() }
  }

  return {
    send,
    adminToken: async (): Promise<string> => (await send('POST', '/api/auth/login', admin)).body.token,
    register: (email: string) =>
      send('POST', '/api/customers/register', {
        email,
        password: 'a long enough password',
        firstName: 'Ada',
        lastName: 'Lovelace',
        site: SITE,
      }),
    updateProfile: (token: string, changes: object) => send('PUT', '/api/customers/profile', changes, token),
    placeOrder: (token: string, how: '' | '/in-transaction' = '') =>
      send(
        'POST',
        `/api/orders${how}`,
        { items: [{ sku: 'MUG-1', name: 'Mug', quantity: 2, price: 12.5 }] },
        token,
      ),
    setStatus: (token: string, orderId: string, change: object) =>
      send('PUT', `/api/orders/${orderId}/status`, change, token),
    /** Stripe tells of a completed checkout; `secret` signs. */
    pay: async (orderId: string, { id = 'evt_stripe_1', secret = stripeSecret } = {}): Promise<Answer> => {
      const payload = JSON.stringify({
        id,
        object: 'event',
        type: 'checkout.session.completed',
        data: { object: { metadata: { orderId }, payment_intent: 'pi_1', payment_method_types: ['card'] } },
      })
      const signature = Stripe.webhooks.generateTestHeaderString({ payload, secret })
      const response = await fetch(`${cms.url}/api/stripe/webhook`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'stripe-signature': signature },
        body: payload,
      })
      return { status: response.status, body: await response.json() }
    },
    /** What swigs-workflow has done. */
    automations: async (): Promise<{ automation: string; event: string; subject: string; data: Json }[]> =>
      (await fetch(`${workflow.url}/automations`)).json() as Promise<Json>,
  }
}

export type Shop = ReturnType<typeof shopOn>
