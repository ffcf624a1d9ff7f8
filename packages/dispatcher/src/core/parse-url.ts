/**
 * A URL, or `null` where the text is none. By the constructor: `URL.canParse` of Node 20, once the engine has optimised its caller,
 * refuses a host that has letters of Latin-1 in it (`http://münchen.de/`).
 */
export const parseUrl = (text: string): URL | null => {
  try {
    return new URL(text)
  } catch {
    // It says no more than that it is none.
    return null
  }
}
