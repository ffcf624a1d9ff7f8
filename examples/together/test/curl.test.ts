import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { shopOn } from '../src/shop.js'
import { startApps, type Apps } from '../src/start-apps.js'
import { describeOnMongo, freshMongoUri } from './support.js'

/** The lines of the seed as they stand. */
const REGISTER = `curl -X POST https://swigs.online/api/webhooks \\
  -H "Authorization: Bearer <admin-token>" \\
  -H "Content-Type: application/json" \\
  -d '{
    "appName": "swigs-workflow",
    "appSecret": "xxxxx-généré-avec-crypto-xxxxx",
    "url": "https://workflow.swigs.online/api/webhooks/cms",
    "events": ["order.created", "order.paid", "order.shipped", "customer.created"],
    "filters": {}
  }'`
const TEST = `curl -X POST https://swigs.online/api/webhooks/<subscription-id>/test \\
  -H "Authorization: Bearer <admin-token>"`
const LIST = `curl https://swigs.online/api/webhooks \\
  -H "Authorization: Bearer <admin-token>"`

describeOnMongo('the curl lines of the seed', () => {
  let apps: Apps
  let token: string

  beforeAll(async () => {
    apps = await startApps(freshMongoUri())
    token = await shopOn(apps).adminToken()
  })
  afterAll(() => apps?.stop())

  const type = async (line: string, subscriptionId = '') => {
    const typed = line
      .replace('https://swigs.online', apps.cms.url)
      .replace('<admin-token>', token)
      .replace('<subscription-id>', subscriptionId)
    const { stdout } = await promisify(execFile)('bash', ['-c', `${typed} -s -w '\\n%{http_code}'`])
    const end = stdout.lastIndexOf('\n')
    return { status: Number(stdout.slice(end + 1)), body: JSON.parse(stdout.slice(0, end)) }
  }

  it('register swigs-workflow: 201, with its secret', async () => {
    const { status, body } = await type(REGISTER)
    expect(status).toBe(201)
    expect(body).toMatchObject({
      appName: 'swigs-workflow',
      appSecret: 'xxxxx-généré-avec-crypto-xxxxx',
      url: 'https://workflow.swigs.online/api/webhooks/cms',
      isActive: true,
      filters: { siteIds: [] },
      stats: { totalSent: 0, totalFailed: 0 },
    })
  })

  it('show the stats, and no secret', async () => {
    const { status, body } = await type(LIST)
    expect(status).toBe(200)
    expect(body).toMatchObject([
      { appName: 'swigs-workflow', appSecret: '********', stats: { totalSent: 0 } },
    ])
  })

  it('test a webhook that is there, and say what is wrong with one that is not', async () => {
    const input = {
      appName: 'swigs-workflow',
      appSecret: apps.webhookSecret,
      url: `${apps.workflow.url}/api/webhooks/cms`,
      events: ['order.created'],
    }
    const { body: created } = await shopOn(apps).send('POST', '/api/webhooks', input, token)
    expect(await type(TEST, created._id)).toMatchObject({
      status: 200,
      body: { success: true, message: 'Test webhook sent' },
    })
    const { body: nowhere } = await shopOn(apps).send(
      'POST',
      '/api/webhooks',
      { ...input, url: `${apps.workflow.url}/api/elsewhere` },
      token,
    )
    expect(await type(TEST, nowhere._id)).toMatchObject({
      status: 500,
      body: { success: false, error: 'The receiver answered 404' },
    })
    expect(await type(TEST, '65a0000000000000000000ff')).toEqual({
      status: 404,
      body: { message: 'Not found' },
    })
  })
})
