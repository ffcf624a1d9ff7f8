import { NO_REPORT, type Storage } from '@swigs/webhooks-dispatcher/storage-kit'
import { deliveryStore, eventStore } from './events.js'
import { laneStore } from './lanes.js'
import { maintenance } from './maintenance.js'
import { replayStore } from './replays.js'
import { metricsStore } from './metrics.js'
import { openRows } from './rows.js'
import { subscriptionStore } from './subscriptions.js'

/**
 * A toy: storage in a map of JSON by key, which stands for a key-value server; each handle on the same `data` is what another
 * process would have. Every verb does its work in one turn, which stands for a transaction, and looks at all rows.
 */
export const toyStorage = (data = new Map<string, string>()): Storage => {
  let report = NO_REPORT
  const rows = openRows(data, { malformed: (row) => report.malformed(row) })
  return {
    name: 'toy',
    open: async (input) => void (report = input?.report ?? NO_REPORT),
    close: async () => undefined,
    now: async () => null,
    subscriptions: subscriptionStore(rows),
    events: eventStore(rows),
    lanes: laneStore(rows),
    deliveries: deliveryStore(rows),
    replays: replayStore(rows),
    metrics: metricsStore(rows),
    maintenance: maintenance(rows),
  }
}
