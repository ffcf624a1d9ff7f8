/** The settings of this benchmark; printed with its figures. */
export const SUBSCRIPTIONS = 100
export const IN_FLIGHT = 50
export const DELIVERIES = 20_000
export const BODY_BYTES = 636

/** Data whose serialised envelope is `BODY_BYTES` long. */
export const data = {
  orderId: '65a000000000000000000001',
  total: 25,
  status: 'pending',
  note: 'x'.repeat(464),
}
