import { checkArguments } from './input/arguments.js'
import type { Lifecycle } from './lifecycle.js'

/** The same members, each of which checks its arguments, makes the store ready, and is waited for by `stop`. */
export const whenOpen = <T extends object>(life: Lifecycle, group: string, members: T): T =>
  new Proxy(members, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      return async (...args: unknown[]) => {
        checkArguments(`${group}.${String(name)}`, args)
        return life.asking(async () => (member as (...args: unknown[]) => unknown).apply(target, args))
      }
    },
  })
