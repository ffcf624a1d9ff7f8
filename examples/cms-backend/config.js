require('dotenv').config({ quiet: true })

const required = (name) => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: see .env.example`)
  return value
}

const list = (text = '') => text.split(',').flatMap((part) => part.trim() || [])

module.exports = {
  port: Number(process.env.PORT ?? 3000),
  mongoUri: required('MONGODB_URI'),
  jwtSecret: required('JWT_SECRET'),
  admin: { email: required('ADMIN_EMAIL'), password: required('ADMIN_PASSWORD') },
  stripeWebhookSecret: required('STRIPE_WEBHOOK_SECRET'),
  network: {
    allowHttp: process.env.WEBHOOK_ALLOW_HTTP === 'true',
    allow: list(process.env.WEBHOOK_ALLOW_ADDRESSES),
  },
}
