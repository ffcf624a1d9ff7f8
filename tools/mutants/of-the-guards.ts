import type { Mutant } from './mutant.js'

/** Bugs in what keeps strangers out, and secrets in. */
export const guardMutants: readonly Mutant[] = [
  {
    name: 'judges an address after it has connected to it',
    edits: [
      {
        file: 'packages/dispatcher/src/adapters/undici-connector.ts',
        find: `  readonly direct: Connector = this.#connector(filterAnswers, async (options, signal) =>
    this.#race(await this.#checked(options.hostname), options, signal),
  )`,
        replace: `  readonly direct: Connector = this.#connector(filterAnswers, async (options, signal) => {
    const addresses = [{ address: '127.0.0.1', family: 4 } as const]
    const socket = await this.#race(addresses, options, signal)
    await this.#checked(options.hostname)
    return socket
  })`,
      },
    ],
    caughtBy: {
      file: 'packages/dispatcher/test/transport/transports.test.ts',
      test: 'refuses a name that was public when it was saved and has moved inside since',
    },
  },
  {
    name: 'shows a secret in what it lists',
    edits: [
      {
        file: 'packages/dispatcher/src/operations/views.ts',
        find: 'appSecret: MASKED_SECRET,',
        replace: 'appSecret: subscription.secrets[0]?.value ?? MASKED_SECRET,',
      },
    ],
    caughtBy: {
      file: 'packages/dispatcher/test/operations/secrecy.test.ts',
      test: 'contains a secret or a payload',
    },
  },
  {
    name: 'takes the beginning of a signature for the signature',
    edits: [
      {
        file: 'packages/protocol/src/verify.ts',
        find: 'given.length === length && left.write(given) === length && timingSafeEqual(left, right)',
        replace: 'expected.startsWith(given) && timingSafeEqual(right, right) && left.length === length',
      },
    ],
    caughtBy: {
      file: 'packages/protocol/test/refuse-forgeries.test.ts',
      test: 'takes a signature whole, and nothing less or more',
    },
  },
  {
    name: 'signs with a secret that has expired',
    edits: [
      {
        file: 'packages/dispatcher/src/core/subscription.ts',
        find: 'expiresAt === null || expiresAt > now',
        replace: 'expiresAt === null || expiresAt > now * 0',
      },
    ],
    caughtBy: {
      file: 'packages/dispatcher/test/operations/subscriptions.test.ts',
      test: 'sign with both secrets while one is being rotated, and with the new one after',
    },
  },
  {
    name: 'receiver: calls an event done before its handler has run',
    edits: [
      {
        file: 'packages/receiver/src/handle-once.ts',
        find: '      await run(event, signal)\n',
        replace: '      await dedupe.complete(id, token)\n      await run(event, signal)\n',
      },
    ],
    caughtBy: {
      file: 'packages/receiver/test/claims.test.ts',
      test: 'is given up when the handler fails, so that the next try is handled',
    },
  },
]
