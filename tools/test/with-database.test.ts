import { expect, it } from 'vitest'
import { withDatabase } from '../mongo-server/with-database.js'

it.each([
  ['mongodb://127.0.0.1:27017/', 'mongodb://127.0.0.1:27017/new'],
  ['mongodb://127.0.0.1', 'mongodb://127.0.0.1/new'],
  ['mongodb://a:1,b:2,c:3/?replicaSet=rs0', 'mongodb://a:1,b:2,c:3/new?replicaSet=rs0'],
  ['mongodb://a:1,b:2/cms?replicaSet=rs0', 'mongodb://a:1,b:2/new?replicaSet=rs0'],
  ['mongodb+srv://u:p@set.example.com/?w=majority', 'mongodb+srv://u:p@set.example.com/new?w=majority'],
  ['mongodb://u:p@a:1/cms', 'mongodb://u:p@a:1/new?authSource=cms'],
  ['mongodb://u:p@a:1/cms?authSource=admin', 'mongodb://u:p@a:1/new?authSource=admin'],
])('an address keeps its hosts, its options and who logs in: %s', (uri, expected) => {
  expect(withDatabase(uri, 'new')).toBe(expected)
})
