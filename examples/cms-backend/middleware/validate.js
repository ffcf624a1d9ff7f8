/** Replaces `req.body` by what the schema lets through. */
exports.validate = (schema) => (req, _res, next) => {
  req.body = schema.parse(req.body ?? {})
  next()
}
