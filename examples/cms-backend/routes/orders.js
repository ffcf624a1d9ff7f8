const express = require('express')
const { z } = require('zod')
const { createOrder, createOrderInTransaction, updateOrderStatus } = require('../controllers/orderController')
const { protect, authorize } = require('../middleware/auth')
const { validate } = require('../middleware/validate')
const { STATUSES } = require('../models/Order')

const router = express.Router()

const item = z.strictObject({
  sku: z.string().min(1).max(64),
  name: z.string().min(1).max(200),
  quantity: z.int().min(1).max(1_000),
  price: z.number().min(0),
})
const order = z.strictObject({ items: z.array(item).min(1).max(100) })
const status = z.strictObject({
  status: z.enum(STATUSES),
  carrier: z.string().max(100).optional(),
  trackingNumber: z.string().max(100).optional(),
  trackingUrl: z.url().optional(),
})

router.post('/', protect, authorize('customer'), validate(order), createOrder)
router.post('/in-transaction', protect, authorize('customer'), validate(order), createOrderInTransaction)
router.put('/:id/status', protect, authorize('admin', 'superadmin'), validate(status), updateOrderStatus)

module.exports = router
