// Answers 200 to everything and reports, when asked over IPC, how many requests came. A process of its own.
import { createServer } from 'node:http'

let received = 0
const server = createServer((request, response) => {
  request.resume()
  request.on('end', () => {
    received += 1
    response.end('ok')
  })
})
server.keepAliveTimeout = 60_000
process.on('message', () => process.send?.({ received }))
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }))
process.on('disconnect', () => process.exit())
