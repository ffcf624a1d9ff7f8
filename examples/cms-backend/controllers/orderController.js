const mongoose = require('mongoose')
const Customer = require('../models/Customer')
const Order = require('../models/Order')
const webhookDispatcher = require('../services/webhookDispatcher')
const { nextOrderNumber } = require('../services/orderNumbers')

const newOrder = async (req) => {
  const customer = await Customer.findById(req.user.id)
  if (!customer) return null
  const { items } = req.body
  const { _id, email, firstName, lastName, site } = customer
  const total = items.reduce((sum, { quantity, price }) => sum + quantity * price, 0)
  return new Order({
    orderNumber: nextOrderNumber(),
    site,
    customer: { _id, email, firstName, lastName },
    items,
    total,
  })
}

const orderCreated = (order) => ({
  orderId: order._id,
  orderNumber: order.orderNumber,
  customer: order.customer,
  items: order.items,
  total: order.total,
  status: order.status,
  siteId: order.site,
})

/** Dispatched after the order is saved: one more insert. A crash between the two loses the event. */
exports.createOrder = async (req, res) => {
  const order = await newOrder(req)
  if (!order) return res.status(404).json({ message: 'Not found' })
  await order.save()
  await webhookDispatcher.dispatch('order.created', orderCreated(order), order.site)
  res.status(201).json(order)
}

/** Dispatched inside the order's transaction: both commit, or neither. */
exports.createOrderInTransaction = async (req, res) => {
  const order = await newOrder(req)
  if (!order) return res.status(404).json({ message: 'Not found' })
  await mongoose.connection.transaction(async (session) => {
    // First, as it says at once where there are no transactions.
    await webhookDispatcher.dispatch('order.created', orderCreated(order), { siteId: order.site, session })
    await order.save({ session })
  })
  res.status(201).json(order)
}

exports.updateOrderStatus = async (req, res) => {
  const { status: newStatus, carrier, trackingNumber, trackingUrl } = req.body
  const order = await Order.findById(req.params.id)
  if (!order) return res.status(404).json({ message: 'Not found' })
  const oldStatus = order.status
  order.status = newStatus
  if (newStatus === 'shipped')
    order.shipping = { carrier, trackingNumber, trackingUrl, shippedAt: new Date() }
  await order.save()

  await webhookDispatcher.dispatch(
    'order.status_changed',
    {
      orderId: order._id,
      orderNumber: order.orderNumber,
      oldStatus,
      newStatus: order.status,
      trackingNumber: order.shipping?.trackingNumber,
      trackingUrl: order.shipping?.trackingUrl,
      siteId: order.site,
    },
    order.site,
  )
  if (newStatus === 'shipped') {
    await webhookDispatcher.dispatch(
      'order.shipped',
      {
        orderId: order._id,
        orderNumber: order.orderNumber,
        customer: order.customer,
        shipping: order.shipping,
        siteId: order.site,
      },
      order.site,
    )
  }
  res.json(order)
}
