import { defineConfig, type Options } from 'tsup'

/** What a package has beside its entries. */
interface Extras {
  /** Entries that nobody can require. */
  readonly esmOnly?: Record<string, string>
  /** Dependencies that are ESM alone: they go into the CommonJS build, as Jest, for one, cannot require them. */
  readonly inlined?: string[]
  /** What makes modules that are not in the sources. */
  readonly plugins?: Options['esbuildPlugins']
  /** `import.meta.url` in CommonJS. */
  readonly shims?: boolean
}

/** The one build every package shares: ESM, CommonJS and types for both, nothing bundled that npm can install. */
export const library = (
  entry: Record<string, string>,
  { esmOnly = {}, inlined = [], plugins = [], shims = false }: Extras = {},
) => {
  const shared = {
    dts: true,
    sourcemap: true,
    target: 'node20' as const,
    platform: 'node' as const,
    clean: false,
    silent: true,
    shims,
    esbuildPlugins: plugins,
    esbuildOptions: (options: { conditions?: string[] }) => {
      options.conditions = []
    },
  }
  return defineConfig([
    { ...shared, entry: { ...entry, ...esmOnly }, format: ['esm'] },
    { ...shared, entry, format: ['cjs'], noExternal: inlined },
  ])
}
