const mongoose = require('mongoose')

const CustomerSchema = new mongoose.Schema(
  {
    email: { type: String, required: true, unique: true, lowercase: true },
    passwordHash: { type: String, required: true, select: false },
    firstName: String,
    lastName: String,
    phone: String,
    site: { type: mongoose.Schema.Types.ObjectId, required: true },
  },
  { timestamps: true },
)

module.exports = mongoose.model('Customer', CustomerSchema)
