import { wakeStatement } from './wake.js'

const COMMON = 'id, event_id, event_type, site_id, subscription_id, day'
const ATTEMPTED = 'created_at, attempt_count'

/**
 * Makes deliveries (`$2`, a JSON array of ids) due at `$1`. Lanes come first, as with everyone who writes both lanes and
 * deliveries.
 */
export const resendStatement = (schema: string): string => `
  WITH given AS MATERIALIZED (
    SELECT json_array_elements_text($2::text::json) AS id
  ), found AS MATERIALIZED (
    SELECT p.subscription_id FROM ${schema}.pending p WHERE p.id IN (SELECT id FROM given)
    UNION SELECT s.subscription_id FROM ${schema}.settled s WHERE s.id IN (SELECT id FROM given)
  ), woken AS (
    ${wakeStatement(schema, 'SELECT subscription_id FROM found')} RETURNING l.subscription_id
  ), advanced AS (
    UPDATE ${schema}.pending p SET due_at = $1, written_at = $1 FROM woken w, given g
    WHERE p.id = g.id AND p.subscription_id = w.subscription_id AND p.due_at > $1
  ), taken AS (
    DELETE FROM ${schema}.settled s USING woken w, given g
    WHERE s.id = g.id AND s.subscription_id = w.subscription_id
    RETURNING s.*
  ), again AS (
    INSERT INTO ${schema}.pending (${COMMON}, due_at, ${ATTEMPTED}, schedule_step, once, attempts, answers, written_at)
    SELECT ${COMMON}, $1, ${ATTEMPTED}, 0, false, attempts, answers, $1 FROM taken
    ON CONFLICT (id) DO NOTHING
  )
  INSERT INTO ${schema}.tally (day, delivered, failed, cancelled)
  SELECT day, -count(*) FILTER (WHERE state = 1), -count(*) FILTER (WHERE state = 2), -count(*) FILTER (WHERE state = 3)
  FROM taken GROUP BY day`

/** Gives up what is pending of deliveries (`$1`, a JSON array of ids), for the reason `$2`, at `$3`, as failed (2) or cancelled (3). */
export const cancelStatement = (schema: string, state: 2 | 3 = 3): string => `
  WITH ended AS (
    DELETE FROM ${schema}.pending WHERE id IN (SELECT json_array_elements_text($1::text::json)) RETURNING *
  ), settled AS (
    INSERT INTO ${schema}.settled (${COMMON}, due_at, ${ATTEMPTED}, schedule_step, once, attempts, answers, state, reason,
      settled_at)
    SELECT ${COMMON}, due_at, ${ATTEMPTED}, schedule_step, once, attempts, answers, ${state}, $2::text, $3::double precision FROM ended
  )
  INSERT INTO ${schema}.tally (day, delivered, failed, cancelled)
  SELECT day, 0, ${state === 2 ? 'count(*), 0' : '0, count(*)'}
  FROM ended GROUP BY day`
