import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { has, killed, type TestMongo } from './test-mongo.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const cache = join(here, '../../node_modules/.cache/mongo-server')

/** mongo-java-server in memory, where `java` and `mvn` exist: no sessions, and nothing is left after a crash. */
export const startJavaServer = async (): Promise<TestMongo | null> => {
  if (!has('java', '-version')) return null
  const library = join(cache, 'lib')
  if (!existsSync(library) && !fetchLibrary(library)) return null
  const first = await launch(library, '0')
  if (!first) return null
  const { port } = first
  let { child } = first
  const restore = async () => {
    const again = await launch(library, port)
    if (!again) throw new Error(`mongo-java-server did not come back on port ${port}`)
    child = again.child
  }
  return {
    uri: `mongodb://127.0.0.1:${port}/`,
    kind: 'mongo-java-server 1.47.0, in memory',
    durable: false,
    power: { cut: () => killed(child), restore },
    stop: () => killed(child),
  }
}

const launch = async (
  library: string,
  wanted: string,
): Promise<{ child: ChildProcess; port: string } | null> => {
  const args = ['-cp', join(library, '*'), join(here, 'Launcher.java'), wanted]
  const child = spawn('java', args, { stdio: ['pipe', 'pipe', 'ignore'] })
  const port = await new Promise<string | null>((resolve) => {
    child.once('exit', () => resolve(null))
    child.stdout.on('data', (chunk: Buffer) => {
      const [, found] = /listening (\d+)/.exec(chunk.toString()) ?? []
      if (found) resolve(found)
    })
  })
  return port === null ? null : { child, port }
}

const fetchLibrary = (library: string): boolean => {
  mkdirSync(cache, { recursive: true })
  const goal = ['-q', '-B', '-f', join(here, 'pom.xml'), 'dependency:copy-dependencies']
  const fetched = has('mvn', ...goal, `-DoutputDirectory=${library}`)
  if (!fetched) rmSync(library, { recursive: true, force: true })
  return fetched
}
