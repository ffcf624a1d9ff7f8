// Prints where mongodb-memory-server has its `mongod`, having downloaded it where it may; nothing when there is none.
import { DryMongoBinary, MongoBinary } from 'mongodb-memory-server-core'

const mayDownload = process.env['MONGOMS_RUNTIME_DOWNLOAD'] === 'true'
const path = mayDownload ? await MongoBinary.getPath() : await DryMongoBinary.locateBinary({})
if (path) process.stdout.write(path)
