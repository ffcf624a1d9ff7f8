/** What is done when something happens: the mail that goes out, and to whom. */
module.exports = [
  {
    name: 'order-confirmation',
    on: 'order.created',
    mail: ({ orderNumber }) => `Your order ${orderNumber} is in`,
  },
  {
    name: 'payment-receipt',
    on: 'order.paid',
    mail: ({ orderNumber, total }) => `Paid: ${total} for ${orderNumber}`,
  },
  {
    name: 'status-update',
    on: 'order.status_changed',
    mail: ({ orderNumber, oldStatus, newStatus }) => `${orderNumber} went from ${oldStatus} to ${newStatus}`,
  },
  {
    name: 'shipping-notice',
    on: 'order.shipped',
    mail: ({ orderNumber, shipping }) => `${orderNumber} is on its way: ${shipping.trackingNumber}`,
  },
  { name: 'welcome', on: 'customer.created', mail: ({ firstName }) => `Welcome, ${firstName}` },
  {
    name: 'profile-changed',
    on: 'customer.updated',
    mail: ({ changedFields }) => `You changed ${changedFields.join(', ')}`,
  },
  { name: 'connection-test', on: 'test', mail: ({ message }) => message },
]
