const { createHash, timingSafeEqual } = require('node:crypto')
const express = require('express')
const { z } = require('zod')
const { admin } = require('../config')
const { signToken } = require('../middleware/auth')
const { validate } = require('../middleware/validate')

const router = express.Router()
const digest = (text) => createHash('sha256').update(text).digest()

router.post('/login', validate(z.strictObject({ email: z.email(), password: z.string() })), (req, res) => {
  const given = digest(`${req.body.email}\n${req.body.password}`)
  if (!timingSafeEqual(given, digest(`${admin.email}\n${admin.password}`)))
    return res.status(401).json({ message: 'Not authorized' })
  res.json({ token: signToken('admin', 'admin') })
})

module.exports = router
