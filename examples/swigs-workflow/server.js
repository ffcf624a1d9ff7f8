require('dotenv').config({ quiet: true })
const { createApp } = require('./app')

const server = createApp().listen(Number(process.env.PORT ?? 3001), () => {
  console.log(`swigs-workflow listens on http://127.0.0.1:${server.address().port}`)
})
process.once('SIGTERM', () => server.close())
