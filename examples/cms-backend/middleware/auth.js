const jwt = require('jsonwebtoken')
const { jwtSecret } = require('../config')

exports.signToken = (id, role) =>
  jwt.sign({ role }, jwtSecret, { subject: String(id), expiresIn: '8h', algorithm: 'HS256' })

/** Lets in whoever has a token of ours: `req.user`. */
exports.protect = (req, res, next) => {
  const [scheme, token] = (req.headers.authorization ?? '').split(' ')
  try {
    if (scheme !== 'Bearer') throw new Error('no token')
    const { sub, role } = jwt.verify(token, jwtSecret, { algorithms: ['HS256'] })
    req.user = { id: sub, role }
  } catch {
    return res.status(401).json({ message: 'Not authorized' })
  }
  next()
}

/** Lets in whoever has one of the roles. */
exports.authorize =
  (...roles) =>
  (req, res, next) =>
    roles.includes(req.user?.role) ? next() : res.status(403).json({ message: 'Forbidden' })
