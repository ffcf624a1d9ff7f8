export { type CollectionNames } from './collections.js'
export { mongooseStorage, type MongooseStorage, type MongooseStorageOptions } from './mongoose-storage.js'
