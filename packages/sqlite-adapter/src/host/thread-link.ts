import { Worker } from 'node:worker_threads'
import { threadCode } from '#thread-code'
import type { EngineSettings, Report } from '../engine/messages.js'
import type { Link, Listener } from './link.js'

/**
 * An engine in a thread of its own. Its script is text in this module, so that there is no file to be found: it starts from a
 * package, from a bundle that has the package inside, and from sources.
 * @throws when no thread can be had, or no driver in it
 */
export const threadLink = async (settings: EngineSettings, { hear, lost }: Listener): Promise<Link> => {
  // Loaders and preloaded modules of the app are of no use there, and slow to start.
  const thread = new Worker(threadCode, {
    eval: true,
    workerData: settings,
    execArgv: [],
    name: 'webhooks-sqlite',
  })
  let failure: Error | null = null
  await new Promise<void>((resolve, reject) => {
    thread.once('message', () => resolve())
    thread.on('error', (error: Error) => (failure = error))
    thread.once('exit', (code) =>
      reject(failure ?? new Error(`The thread ended with ${code} before it was ready.`)),
    )
  })
  thread.on('message', (reports: Report[]) => hear(reports))
  thread.once('exit', (code) => lost(failure?.message ?? `it ended with ${code}`))
  thread.unref()
  return {
    post: (calls) => thread.postMessage(calls),
    hold: () => thread.ref(),
    letGo: () => thread.unref(),
    end: async () => void (await thread.terminate()),
  }
}
