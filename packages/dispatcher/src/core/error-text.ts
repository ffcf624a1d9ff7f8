/** What an error says, or that it says nothing: anything can be thrown. */
export const errorText = (error: unknown): string =>
  error instanceof Error ? error.message : 'unknown error'
