import { randomBytes } from 'node:crypto'
import { startApp, type RunningApp } from './start-app.js'

/** Both apps, and the secrets they were started with. */
export interface Apps {
  readonly cms: RunningApp
  readonly workflow: RunningApp
  readonly webhookSecret: string
  readonly stripeSecret: string
  readonly admin: { readonly email: string; readonly password: string }
  stop(): Promise<void>
}

const secret = () => randomBytes(32).toString('hex')

/** Starts cms-backend on a database, and swigs-workflow beside it; both on loopback. */
export const startApps = async (mongoUri: string): Promise<Apps> => {
  const webhookSecret = secret()
  const stripeSecret = `whsec_${secret()}`
  const admin = { email: 'admin@swigs.online', password: secret() }
  const [cms, workflow] = await Promise.all([
    startApp('cms-backend', {
      MONGODB_URI: mongoUri,
      JWT_SECRET: secret(),
      ADMIN_EMAIL: admin.email,
      ADMIN_PASSWORD: admin.password,
      STRIPE_WEBHOOK_SECRET: stripeSecret,
      WEBHOOKS_ENABLED: 'true',
      WEBHOOK_RETRY_ATTEMPTS: '3',
      WEBHOOK_TIMEOUT: '10000',
      WEBHOOK_ALLOW_HTTP: 'true',
      WEBHOOK_ALLOW_ADDRESSES: '127.0.0.0/8',
    }),
    startApp('swigs-workflow', { CMS_WEBHOOK_SECRET: webhookSecret }),
  ])
  const stop = async () => {
    await Promise.all([cms.stop(), workflow.stop()])
  }
  return { cms, workflow, webhookSecret, stripeSecret, admin, stop }
}
