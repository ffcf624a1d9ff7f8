/** Whether a call's input is in the caller's session: such a call is neither bounded nor repeated, the transaction is the caller's. */
export const holdsSession = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && 'session' in input && input.session !== undefined
