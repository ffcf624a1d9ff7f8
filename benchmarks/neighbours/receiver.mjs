// Below /healthy it answers and tells when each event came; /dead says nothing, /endless never stops; a process of its own.
import { createServer } from 'node:http'
import { clearInterval, setInterval } from 'node:timers'

const came = []
const server = createServer((request, response) => {
  if (request.url.startsWith('/dead')) return request.resume()
  if (request.url.startsWith('/endless')) {
    const drip = setInterval(() => response.write('x'), 100)
    return request.resume().on('close', () => clearInterval(drip))
  }
  let body = ''
  request.on('data', (chunk) => (body += chunk))
  request.on('end', () => {
    if (request.url.startsWith('/healthy')) came.push(Date.now() - JSON.parse(body).data.at)
    response.end('ok')
  })
})
server.keepAliveTimeout = 60_000
process.on('message', (ask) => {
  if (ask === 'count') process.send({ count: came.length })
  else process.send({ delays: came.splice(0) })
})
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }))
process.on('disconnect', () => process.exit())
