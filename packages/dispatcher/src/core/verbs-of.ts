/** The names of an object's methods, those of its class included. */
export const verbsOf = (methods: object): string[] => {
  const names = new Set<string>()
  for (let level = methods; level !== Object.prototype; level = Object.getPrototypeOf(level) as object)
    for (const name of Object.getOwnPropertyNames(level))
      if (name !== 'constructor' && typeof Reflect.get(methods, name) === 'function') names.add(name)
  return [...names]
}
