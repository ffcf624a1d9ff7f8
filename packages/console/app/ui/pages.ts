/** A page that the navigation leads to. */
export interface PageLink {
  readonly page: string
  readonly title: string
  /** After `g`. */
  readonly key: string
  /** Shown only to whoever may use this route. */
  readonly needs: string
}

export const PAGES: readonly PageLink[] = [
  { page: 'overview', title: 'Overview', key: 'o', needs: 'GET /' },
  { page: 'endpoints', title: 'Endpoints', key: 'e', needs: 'GET /' },
  { page: 'events', title: 'Events', key: 'v', needs: 'GET /events' },
  { page: 'given-up', title: 'Given up', key: 'u', needs: 'GET /deliveries' },
  { page: 'replays', title: 'Replays', key: 'r', needs: 'GET /replays' },
  { page: 'send', title: 'Send', key: 's', needs: 'POST /send' },
]
