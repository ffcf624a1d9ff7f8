const { randomInt } = require('node:crypto')

/** `ORD-` and eight digits; a unique index has the last word. */
exports.nextOrderNumber = () => `ORD-${String(randomInt(10 ** 8)).padStart(8, '0')}`
