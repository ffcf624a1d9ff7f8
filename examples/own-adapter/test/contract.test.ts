import { describeStorage } from '@swigs/webhooks-dispatcher/contracts'
import { toyStorage } from '../src/toy-storage.js'

describeStorage('toyStorage', async () => {
  const data = new Map<string, string>()
  return {
    storage: toyStorage(data),
    reopen: async () => toyStorage(data),
    cleanup: async () => undefined,
  }
})
