const given = process.env['WEBHOOKS_TESTS'] || 'short'
if (given !== 'short' && given !== 'long') throw new Error(`WEBHOOKS_TESTS is short or long, not ${given}`)

/**
 * How much a test does that has two forms, from `WEBHOOKS_TESTS`: unset or `short`, as in `npm test`, with every promise in it; `long`,
 * as in `npm run test:long`, which leaves more to chance and tries every combination.
 */
export const testSize: 'short' | 'long' = given
