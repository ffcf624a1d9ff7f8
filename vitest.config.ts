import { defineConfig } from 'vitest/config'
import { reportSkipped } from './tools/report-skipped.js'
import projects from './vitest.workspace.js'

const summary = process.env['VITEST_SUMMARY']

export default defineConfig({
  test: {
    projects,
    // At the root: one MongoDB a run.
    globalSetup: 'tools/mongo-server/global-setup.ts',
    // Tests with worker processes of their own share few cores with the rest.
    maxWorkers: 2,
    reporters: ['default', reportSkipped, ...(summary === undefined ? [] : ['json' as const])],
    ...(summary !== undefined && { outputFile: { json: summary } }),
  },
})
