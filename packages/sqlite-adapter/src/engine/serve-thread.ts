import { parentPort, workerData } from 'node:worker_threads'
import { loadDriver } from '../drivers/open-driver.js'
import { Engine } from './engine.js'
import type { Call, EngineSettings } from './messages.js'

/** What runs in the thread: an engine behind a port. */
const settings = workerData as EngineSettings
loadDriver(settings.driver, settings.from)
const engine = new Engine(settings, (reports) => parentPort?.postMessage(reports))
parentPort?.on('message', (calls: Call[]) => engine.take(calls))
parentPort?.postMessage([])
