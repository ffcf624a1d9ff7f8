import { defineConfig } from 'tsup'

/** The one build every package shares: ESM, CommonJS and types for both, nothing bundled that npm can install. */
export const library = (entry: Record<string, string>, esmOnly: Record<string, string> = {}) => {
  const shared = {
    dts: true,
    sourcemap: true,
    target: 'node20' as const,
    platform: 'node' as const,
    clean: false,
    silent: true,
    esbuildOptions: (options: { conditions?: string[] }) => {
      options.conditions = []
    },
  }
  return defineConfig([
    { ...shared, entry, format: ['esm', 'cjs'] },
    ...(Object.keys(esmOnly).length > 0 ? [{ ...shared, entry: esmOnly, format: ['esm' as const] }] : []),
  ])
}
