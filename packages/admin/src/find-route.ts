import { match } from 'path-to-regexp'
import type { Route } from './route.js'

/** What a method and a path lead to. */
export type Found =
  | { readonly kind: 'route'; readonly route: Route; readonly params: Readonly<Record<string, string>> }
  | { readonly kind: 'wrong_method'; readonly allow: string }
  | { readonly kind: 'not_found' }
  | { readonly kind: 'bad_path' }

/** Looks routes up: the first path that matches, then its method; HEAD is a GET. */
export const routeFinder = (routes: readonly Route[]): ((method: string, path: string) => Found) => {
  const paths = [...new Set(routes.map(({ path }) => path))].map((path) => ({
    matches: match<Record<string, string>>(path, { sensitive: true }),
    byMethod: new Map<string, Route>(
      routes.filter((route) => route.path === path).map((route) => [route.method, route]),
    ),
  }))

  return (method, path) => {
    for (const { matches, byMethod } of paths) {
      const matched = tryMatch(matches, path)
      if (matched === 'bad_path') return { kind: 'bad_path' }
      if (!matched) continue
      const route = byMethod.get(method === 'HEAD' ? 'GET' : method)
      if (route) return { kind: 'route', route, params: { ...matched.params } }
      const methods = [...byMethod.keys()].flatMap((known) => (known === 'GET' ? ['GET', 'HEAD'] : known))
      return { kind: 'wrong_method', allow: methods.join(', ') }
    }
    return { kind: 'not_found' }
  }
}

const tryMatch = (matches: ReturnType<typeof match<Record<string, string>>>, path: string) => {
  try {
    return matches(path)
  } catch (error) {
    if (error instanceof URIError) return 'bad_path'
    throw error
  }
}
