import { createHmac } from 'node:crypto'
import axios from 'axios'

/**
 * What apps do that paste a dispatcher in: sign, send to all with axios, wait for each, in the caller's request. What it reads
 * and counts costs nothing here, as it keeps it in memory.
 */
export const pastedDispatcher = (urls: readonly string[]) => {
  const stats = new Map(urls.map((url) => [url, { totalSent: 0, totalFailed: 0 }]))
  const secret = 'benchmark-secret-benchmark-secret'

  const send = async (url: string, event: string, data: unknown): Promise<void> => {
    const payload = { event, timestamp: new Date().toISOString(), data }
    const signature = createHmac('sha256', secret).update(JSON.stringify(payload)).digest('hex')
    const counted = stats.get(url)
    try {
      const headers = {
        'Content-Type': 'application/json',
        'X-Webhook-Signature': `sha256=${signature}`,
        'X-Webhook-Event': event,
        'X-Webhook-Timestamp': payload.timestamp,
      }
      await axios.post(url, payload, { headers, timeout: 10_000 })
      if (counted) counted.totalSent += 1
    } catch (error) {
      if (counted) counted.totalFailed += 1
      throw error
    }
  }

  return {
    dispatch: async (event: string, data: unknown): Promise<void> => {
      await Promise.allSettled(urls.map((url) => send(url, event, data)))
    },
    stats,
  }
}
