/** Takes the rejection of what may be a promise, of whatever kind: unhandled, it would end the process. */
export const swallow = (answer: unknown, rejected: () => void = () => undefined): void => {
  const then = (answer as { then?: unknown } | null | undefined)?.then
  if (typeof then === 'function') Promise.resolve(answer).catch(rejected)
}
