export { type CollectionNames } from './collections.js'
export { mongooseStorage, type MongooseStorage } from './mongoose-storage.js'
export { type MongooseStorageOptions } from './options.js'
