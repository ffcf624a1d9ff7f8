import type { Reporter, TestModule } from 'vitest/node'

const REASON = /\(not here: (.*)\)/

/** Names every skipped test at the end of a run, under its reason, and counts them: nothing is left out silently. */
export const reportSkipped: Reporter = {
  onTestRunEnd: (modules: readonly TestModule[]) => {
    const skipped = modules.flatMap((file) => [...file.children.allTests('skipped')])
    if (skipped.length === 0) return
    const byReason = new Map<string, string[]>()
    for (const test of skipped) {
      const { fullName } = test
      const result = test.result()
      const note = 'note' in result ? result.note : undefined
      const reason = REASON.exec(fullName)?.[1] ?? note ?? 'no reason given'
      byReason.set(reason, [...(byReason.get(reason) ?? []), fullName.replace(` (not here: ${reason})`, '')])
    }
    for (const [reason, names] of byReason) console.log(`\nNot here: ${reason}\n  ${names.join('\n  ')}`)
    console.log(`\n${skipped.length} tests skipped`)
  },
}
