import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { threadBuild } from './bundle-thread.js'

const entry = fileURLToPath(new URL('../src/engine/serve-thread.ts', import.meta.url))

/** The script of the thread, made of the sources as they are. What ships has it inside (`threadCodePlugin`). */
export const threadCode = buildSync(threadBuild(entry)).outputFiles[0]?.text ?? ''
