import { version } from '../package.json'

/** Sent with every request. */
export const USER_AGENT = `swigs-webhooks/${version}`
