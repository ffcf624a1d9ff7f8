/** The settings of this benchmark; printed with its figures. */
export const SUBSCRIBERS = 5
export const ANSWERS_AFTER_MS = 20
export const CALLS = 200
