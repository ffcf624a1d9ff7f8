/**
 * SecantusDB: the protocol of MongoDB 8.2 over WiredTiger, one node, as a server in Rust and one in Python. Under the GPL 2.0,
 * and so a program beside the tests: no package depends on it, nothing of it is shipped.
 */
import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { cacheFolder } from './cache-folder.js'
import { has, tryInstalling } from './commands.js'
import type { MongoProgram } from './test-mongo.js'

const RUST_VERSION = '0.5.3-beta.196'
const PYTHON_VERSION = '0.7.0b3'
const BUILD_MS = 45 * 60_000
const INSTALL_MS = 300_000

const windows = process.platform === 'win32'
const rustRoot = () => join(cacheFolder(), `secantusd-rs-${RUST_VERSION}`)
const rustBinary = () => join(rustRoot(), 'bin', `secantusd-rs${windows ? '.exe' : ''}`)

/** The Rust server: on the PATH, or where it was built before. */
export const rustServer = (): MongoProgram | null => {
  const file = ['secantusd-rs', rustBinary()].find((path) => has(path, '--version'))
  return file === undefined
    ? null
    : { family: 'secantusd', kind: 'SecantusDB, the server in Rust', slow: false, command: [file] }
}

/** Builds the Rust server, once, where `cargo` is: it takes minutes. Answers whether it is there now. */
export const buildRustServer = (): boolean => {
  if (rustServer()) return true
  if (!has('cargo', '--version')) return false
  console.log(`Building secantusd-rs ${RUST_VERSION}, once, into ${rustRoot()}: it takes some minutes`)
  const wanted = ['install', 'secantus-mdb', '--version', RUST_VERSION, '--ignore-rust-version']
  const options = { mostMs: BUILD_MS }
  tryInstalling('secantusd-rs', ['cargo', ...wanted, '--quiet', '--root', rustRoot()], options)
  return rustServer() !== null
}

const pythonIn = (folder: string) =>
  windows ? join(folder, 'Scripts', 'python.exe') : join(folder, 'bin', 'python')

/** The Python server in a virtual environment of its own, made now where that is asked for, and kept. */
export const pythonServer = (mayInstall: boolean): MongoProgram | null => {
  const folder = join(cacheFolder(), `secantusdb-${PYTHON_VERSION}`)
  if (!existsSync(folder) && !(mayInstall && installPythonServer(folder))) return null
  const command = [pythonIn(folder), '-m', 'secantus'] as const
  return has(...command, '--help')
    ? { family: 'secantusd', kind: `SecantusDB ${PYTHON_VERSION}, the server in Python`, slow: true, command }
    : null
}

const installPythonServer = (folder: string): boolean => {
  const python = ['python3', 'python'].find((name) => has(name, '-c', 'import venv, ensurepip'))
  if (python === undefined) return false
  console.log(`Installing SecantusDB ${PYTHON_VERSION}, once, into ${folder}`)
  // Made aside and moved when it is whole: two runs may both be the first.
  const aside = mkdtempSync(`${folder}-`)
  const pip = [pythonIn(aside), '-m', 'pip', 'install', '--quiet', '--no-input'] as const
  const options = ['--disable-pip-version-check', '--only-binary', ':all:', '--retries', '0']
  const most = { mostMs: INSTALL_MS }
  const made =
    tryInstalling('SecantusDB', [python, '-m', 'venv', aside], most) !== null &&
    tryInstalling('SecantusDB', [...pip, ...options, `secantusdb==${PYTHON_VERSION}`], most) !== null
  try {
    if (made) renameSync(aside, folder)
  } catch {
    // Another run was faster.
  }
  rmSync(aside, { recursive: true, force: true })
  return existsSync(folder)
}
