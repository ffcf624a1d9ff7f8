// Runs a program for as long as whoever started it lives and holds its input open: a run that is killed leaves no server behind.
import { spawn } from 'node:child_process'

const [owner, file, ...args] = process.argv.slice(2)
const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'ignore'], ...JSON.parse(owner) })
const end = () => void child.kill('SIGKILL')
child.once('exit', () => process.exit())
child.once('error', () => process.exit(1))
// Signals by name are handed on: to stand still, to go on.
process.stdin
  .once('end', end)
  .once('error', end)
  .on('data', (name) => void child.kill(String(name).trim()))
// An interrupt at the terminal reaches every process of the run; the run itself says when it is done with this one.
process.on('SIGINT', () => undefined)
process.once('SIGTERM', end)
