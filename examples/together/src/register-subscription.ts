import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Apps } from './start-apps.js'

/** The six events of the seed. */
export const EVENTS = [
  'order.created',
  'order.paid',
  'order.status_changed',
  'order.shipped',
  'customer.created',
  'customer.updated',
]

/** The seed's `curl`: host, token, secret and events aside, as it stands. */
export const registerSubscription = async ({ cms, workflow, webhookSecret }: Apps, token: string) => {
  const body = JSON.stringify({
    appName: 'swigs-workflow',
    appSecret: webhookSecret,
    url: `${workflow.url}/api/webhooks/cms`,
    events: EVENTS,
    filters: {},
  })
  const args = ['-X', 'POST', `${cms.url}/api/webhooks`]
  const headers = ['-H', `Authorization: Bearer ${token}`, '-H', 'Content-Type: application/json']
  return curl([...args, ...headers, '-d', body])
}

/** Runs `curl`; answers the status and the body. */
export const curl = async (args: readonly string[]): Promise<{ status: number; body: unknown }> => {
  const { stdout } = await promisify(execFile)('curl', ['-sS', '-w', '\n%{http_code}', ...args]).catch(
    (error) => {
      throw new Error(
        error.code === 'ENOENT'
          ? 'curl is not installed: it is what the subscription is registered with'
          : error.message,
      )
    },
  )
  const end = stdout.lastIndexOf('\n')
  return { status: Number(stdout.slice(end + 1)), body: JSON.parse(stdout.slice(0, end)) as unknown }
}
