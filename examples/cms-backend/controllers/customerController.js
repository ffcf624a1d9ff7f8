const Customer = require('../models/Customer')
const webhookDispatcher = require('../services/webhookDispatcher')
const { hashPassword } = require('../services/passwords')
const { signToken } = require('../middleware/auth')

const view = ({ _id, email, firstName, lastName, phone, site }) => ({
  _id,
  email,
  firstName,
  lastName,
  phone,
  site,
})

exports.register = async (req, res) => {
  const { password, ...fields } = req.body
  const customer = await Customer.create({ ...fields, passwordHash: await hashPassword(password) })

  await webhookDispatcher.dispatch(
    'customer.created',
    {
      customerId: customer._id,
      email: customer.email,
      firstName: customer.firstName,
      lastName: customer.lastName,
      siteId: customer.site,
    },
    customer.site,
  )
  res.status(201).json({ customer: view(customer), token: signToken(customer._id, 'customer') })
}

exports.updateProfile = async (req, res) => {
  const customer = await Customer.findByIdAndUpdate(req.user.id, req.body, { returnDocument: 'after' })
  if (!customer) return res.status(404).json({ message: 'Not found' })

  await webhookDispatcher.dispatch(
    'customer.updated',
    {
      customerId: customer._id,
      email: customer.email,
      changedFields: Object.keys(req.body),
      siteId: customer.site,
    },
    customer.site,
  )
  res.json(view(customer))
}
