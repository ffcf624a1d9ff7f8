const { ZodError } = require('zod')

const DUPLICATE_KEY = 11000

const answerTo = (error) => {
  if (error instanceof ZodError)
    return [
      400,
      {
        message: 'Invalid request',
        issues: error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
      },
    ]
  if (error.name === 'CastError') return [404, { message: 'Not found' }]
  if (error.code === DUPLICATE_KEY) return [409, { message: 'Already there' }]
  if (error.code === 'SESSION_UNSUPPORTED' || error.name === 'MongoCompatibilityError')
    return [501, { message: 'This MongoDB has no transactions: run it as a replica set' }]
  if (error.code === 'STORAGE_UNAVAILABLE') return [503, { message: 'Try again' }]
  if (error.status >= 400 && error.status < 500) return [error.status, { message: error.message }]
  console.error('Request failed:', error.name, error.message)
  return [500, { message: 'Internal error' }]
}

// Express knows error handlers by their four parameters.
exports.handleErrors = (error, _req, res, _next) => {
  const [status, body] = answerTo(error)
  res.status(status).json(body)
}
