import type { mongo } from 'mongoose'
import { describe, expect, it } from 'vitest'
import { abilitiesOf } from '../src/server.js'

const answering = (commands: Record<string, object>) =>
  ({
    command: async (command: object) => {
      const [name = ''] = Object.keys(command)
      if (commands[name]) return commands[name]
      throw Object.assign(new Error('no such command'), { code: 59 })
    },
  }) as unknown as mongo.Db

describe('a server', () => {
  it.each([
    ['of a replica set has transactions', { hello: { setName: 'rs0' } }, true, 'hello'],
    ['that is a mongos has transactions', { hello: { msg: 'isdbgrid' } }, true, 'hello'],
    ['that stands alone has none', { hello: {} }, false, 'hello'],
    ['that does not know hello is greeted as of old', { isMaster: {} }, false, 'isMaster'],
  ])('%s', async (_what, commands, transactions, greeting) => {
    expect(await abilitiesOf(answering(commands))).toEqual({ transactions, greeting })
  })

  it('that refuses the greeting is not taken for another', async () => {
    const refusing = { command: () => Promise.reject(Object.assign(new Error('no'), { code: 13 })) }
    await expect(abilitiesOf(refusing as never)).rejects.toMatchObject({ code: 13 })
  })
})
