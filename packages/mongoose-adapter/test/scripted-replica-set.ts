import { createServer, type AddressInfo, type Socket } from 'node:net'
import mongoose from 'mongoose'

const { BSON } = mongoose.mongo

type Fields = Readonly<Record<string, unknown>>

/** A command as the server got it; its batch is in it under its own name. */
export interface Sent {
  readonly name: string
  readonly command: Fields
}

/** What a command is answered with: fields, a socket that dies, or nothing at all. */
export type Answer = Fields | 'drop' | 'hang'

/** What its clock always shows, epoch ms. */
export const SERVER_TIME = Date.UTC(2026, 5, 1)

const HEADER = 16
const OP_MSG = 2013
const CHECKSUM = 1

/** The command of one `OP_MSG`: the body, and each document sequence as the array that it stands for. */
const commandOf = (message: Buffer): Fields => {
  const end = message.length - (message.readUInt32LE(HEADER) & CHECKSUM ? 4 : 0)
  let command: Fields = {}
  for (let at = HEADER + 4; at < end;) {
    const kind = message.readUInt8(at)
    const size = message.readInt32LE(at + 1)
    const section = message.subarray(at + 1, at + 1 + size)
    at += 1 + size
    if (kind === 0) command = { ...command, ...BSON.deserialize(section) }
    else {
      const named = section.indexOf(0, 4)
      const documents: unknown[] = []
      for (let place = named + 1; place < size; place += section.readInt32LE(place))
        documents.push(BSON.deserialize(section.subarray(place, place + section.readInt32LE(place))))
      command = { ...command, [section.toString('utf8', 4, named)]: documents }
    }
  }
  return command
}

const reply = (responseTo: number, fields: Fields): Buffer => {
  const body = BSON.serialize({ ok: 1, ...fields })
  const head = Buffer.alloc(HEADER + 5)
  head.writeInt32LE(head.length + body.length, 0)
  head.writeInt32LE(responseTo, 8)
  head.writeInt32LE(OP_MSG, 12)
  return Buffer.concat([head, body])
}

/**
 * A primary that keeps nothing and answers as it is told: what real drivers make of what real replica sets say, where none
 * can be had. A conditional update of one document has one winner, so that a storage opens on it.
 * @param standalone whether it is a server alone, in no replica set
 */
export const startScriptedReplicaSet = async ({ standalone = false } = {}) => {
  const sent: Sent[] = []
  const sockets = new Set<Socket>()
  const updated = new Set<string>()
  let script: (sent: Sent) => Answer | undefined = () => undefined

  const greeting = () => ({
    isWritablePrimary: true,
    ...(!standalone && { setName: 'rs0', setVersion: 1, hosts: [host()], me: host() }),
    localTime: new Date(SERVER_TIME),
    logicalSessionTimeoutMinutes: 30,
    minWireVersion: 0,
    maxWireVersion: 21,
    maxBsonObjectSize: 16_777_216,
    maxMessageSizeBytes: 48_000_000,
    maxWriteBatchSize: 100_000,
  })

  const usual = ({ name, command }: Sent): Answer => {
    if (name === 'insert') return { n: (command['documents'] as unknown[]).length }
    if (name === 'update') {
      const key = JSON.stringify(command['updates'], (field, value: unknown) => (field === 'u' ? 0 : value))
      return { n: 1, nModified: updated.size < updated.add(key).size ? 1 : 0 }
    }
    if (name === 'find' || name === 'aggregate' || name === 'listIndexes')
      return { cursor: { id: BSON.Long.ZERO, ns: `db.${String(command[name])}`, firstBatch: [] } }
    return name === 'getMore' ? 'hang' : {}
  }

  const server = createServer((socket) => {
    sockets.add(socket)
    let waiting = Buffer.alloc(0)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      waiting = Buffer.concat([waiting, chunk])
      while (waiting.length >= HEADER && waiting.length >= waiting.readInt32LE(0)) {
        const message = waiting.subarray(0, waiting.readInt32LE(0))
        waiting = waiting.subarray(message.length)
        const command = commandOf(message)
        const one = { name: Object.keys(command)[0] ?? '', command }
        if (one.name !== 'hello') sent.push(one)
        const answer = one.name === 'hello' ? greeting() : (script(one) ?? usual(one))
        if (answer === 'drop') socket.destroy()
        else if (answer !== 'hang') socket.write(reply(message.readInt32LE(4), answer))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = () => `127.0.0.1:${(server.address() as AddressInfo).port}`

  return {
    /** For clients of the Stable API (`serverApi`): they speak `OP_MSG` from the first message on. */
    uri: `mongodb://${host()}/db${standalone ? '' : '?replicaSet=rs0'}`,
    /** What was sent, greetings aside. */
    sent,
    /** From now on: `undefined` where the usual answer will do. */
    answer: (next: typeof script) => void (script = next),
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
