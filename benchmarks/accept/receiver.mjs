// Answers 200 to everything, `argv[2]` ms later. A process of its own.
import { createServer } from 'node:http'

const delayMs = Number(process.argv[2])
const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => setTimeout(() => response.end('ok'), delayMs))
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }))
process.on('disconnect', () => process.exit())
