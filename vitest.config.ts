import { defineConfig } from 'vitest/config'
import projects from './vitest.workspace.js'

const summary = process.env['VITEST_SUMMARY']

export default defineConfig({
  test: {
    projects,
    // Tests with worker processes of their own share few cores with the rest.
    maxWorkers: 2,
    ...(summary === undefined ? {} : { reporters: ['default', 'json'], outputFile: { json: summary } }),
  },
})
