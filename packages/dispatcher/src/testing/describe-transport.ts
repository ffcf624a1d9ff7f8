import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from 'vitest'
import type { Transport } from '../ports/transport.js'
import { hostileServer, type HostileServer } from './hostile-server.js'
import { describeAddresses } from './transport/addresses.js'
import { describeAnswerTable } from './transport/answer-table.js'
import { describeAnswers } from './transport/answers.js'
import { describeConnections } from './transport/connections.js'
import { describeFailures } from './transport/failures.js'
import { requestTo, type TransportHarness, type TransportTraits } from './transport/harness.js'

export type { TransportTraits }

/**
 * The contract of a transport, against a real server on loopback at its worst. Needs `vitest` and `selfsigned`.
 * @param factory makes one per test; closed after it
 * @param traits what the transport's client does by itself
 * @example
 * describeTransport('myTransport', () => myTransport())
 */
export const describeTransport = (
  name: string,
  factory: () => Transport,
  traits: TransportTraits = {},
): void => {
  describe(`${name} keeps the transport contract`, () => {
    let server: HostileServer
    let transport: Transport

    beforeAll(async () => {
      server = await hostileServer()
    })
    afterAll(() => server.close())
    beforeEach(() => {
      transport = factory()
    })
    afterEach(() => transport.close())

    const harness: TransportHarness = {
      get server() {
        return server
      },
      get transport() {
        return transport
      },
      traits,
      send: (over = {}) => transport.send(requestTo(server, over)),
    }
    describeAnswers(harness)
    describeAnswerTable(harness)
    describeFailures(harness)
    describeAddresses(harness)
    describeConnections(harness)

    it('can be closed twice', async () => {
      await transport.close()
      await transport.close()
    })
  })
}
