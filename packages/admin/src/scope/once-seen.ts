/** A member that is told an id, called when that was found to be visible. @param require throws where it is not */
export const onceSeen =
  (require: (id: string) => Promise<unknown>) =>
  <A extends readonly unknown[], R>(call: (id: string, ...rest: A) => Promise<R>) =>
  async (id: string, ...rest: A): Promise<R> => {
    await require(id)
    return call(id, ...rest)
  }
