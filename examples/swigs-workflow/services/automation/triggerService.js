const automations = require('./automations')

const KEPT = 1_000
const log = []

/** Runs every automation of an event. */
exports.fireTrigger = async (event, data) => {
  for (const { name, on, mail } of automations) {
    if (on !== event) continue
    const subject = mail(data)
    console.log(`automation ${name} fired by ${event}: "${subject}"`)
    log.push({ automation: name, event, subject, data, firedAt: new Date().toISOString() })
    if (log.length > KEPT) log.shift()
  }
}

/** What fired, oldest first. */
exports.fired = () => [...log]
