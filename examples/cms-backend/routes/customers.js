const express = require('express')
const { z } = require('zod')
const { register, updateProfile } = require('../controllers/customerController')
const { protect, authorize } = require('../middleware/auth')
const { validate } = require('../middleware/validate')

const router = express.Router()

const profile = z.strictObject({
  firstName: z.string().min(1).max(100),
  lastName: z.string().min(1).max(100),
  phone: z.string().max(40),
})
const registration = profile.partial().extend({
  email: z.email(),
  password: z.string().min(12).max(200),
  site: z.string().regex(/^[0-9a-f]{24}$/, 'Expected the id of a site'),
})

router.post('/register', validate(registration), register)
router.put('/profile', protect, authorize('customer'), validate(profile.partial()), updateProfile)

module.exports = router
