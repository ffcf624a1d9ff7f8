/** The demo's clock is quicker than the default: 1 and 2 seconds between retries, not 1, 5 and 15 minutes. */
export const DELAYS_MS = [1_000, 2_000, 2_000]

/** The rate limit of the limited subscription. */
export const LIMIT = { limit: 10, windowMs: 2_000 }

/** What every process of the demo shares. */
export const demoOptions = {
  retry: { delaysMs: DELAYS_MS, jitter: 0 },
  leaseMs: 6_000,
  pollIntervalMs: 200,
  network: { allowHttp: true, allow: ['127.0.0.0/8'] },
}
