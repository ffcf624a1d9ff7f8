// Below /healthy it answers and tells when each event came; /dead says nothing, /endless never stops, /interim and /extension
// flood; a process of its own.
import { createServer } from 'node:http'
import { clearInterval, setInterval } from 'node:timers'

const FLOODS = {
  '/interim': { head: '', piece: 'HTTP/1.1 102 Processing\r\n\r\n'.repeat(1_000) },
  '/extension': {
    head: 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2',
    piece: `;${'x'.repeat(16_000)}`,
  },
}

/** As much as the other side takes. */
const pour = (socket, { head, piece }) => {
  socket.on('error', () => undefined)
  socket.write(head)
  const more = () => {
    while (!socket.destroyed && socket.write(piece));
    if (!socket.destroyed) socket.once('drain', more)
  }
  more()
}

const came = []
const server = createServer((request, response) => {
  if (request.url.startsWith('/dead')) return request.resume()
  if (request.url.startsWith('/endless')) {
    const drip = setInterval(() => response.write('x'), 100)
    return request.resume().on('close', () => clearInterval(drip))
  }
  const flood = Object.entries(FLOODS).find(([path]) => request.url.startsWith(path))?.[1]
  if (flood) return request.resume().on('end', () => pour(request.socket, flood))
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
