const { randomBytes, scrypt, timingSafeEqual } = require('node:crypto')
const { promisify } = require('node:util')

const derive = promisify(scrypt)

exports.hashPassword = async (password) => {
  const salt = randomBytes(16)
  return `${salt.toString('hex')}:${(await derive(password, salt, 32)).toString('hex')}`
}

exports.isPassword = async (password, hash) => {
  const [salt, key] = hash.split(':').map((part) => Buffer.from(part, 'hex'))
  return timingSafeEqual(await derive(password, salt, 32), key)
}
