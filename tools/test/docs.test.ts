import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8')

const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'spec/README.md',
  ...readdirSync(`${root}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(`${root}packages`).flatMap((name) =>
    readdirSync(`${root}packages/${name}`).includes('README.md') ? [`packages/${name}/README.md`] : [],
  ),
]

type Language = 'ts' | 'js'

/** The blocks of a page in a language. */
const blocks = (page: string, language: Language): string[] =>
  [...read(page).matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, code = '']) => code)

const all = pages.flatMap((page) =>
  (['ts', 'js'] as const).flatMap((language) =>
    blocks(page, language).map((code, index) => ({ page, index, code, language })),
  ),
)

/** Where each language finds what it imports: its packages, and in JavaScript an app's own files. */
const HOMES: Readonly<Record<Language, string>> = { ts: 'quickstart/src', js: 'cms-backend/routes' }

describe('documentation', () => {
  it('has code that compiles, every block of it', () => {
    const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile)
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
    const files = new Map(
      all.map(({ page, index, code, language }) => [
        `${root}examples/${HOMES[language]}/${page.replaceAll('/', '-')}-${index}.${language}`,
        language === 'ts' ? `${code}\nexport {}\n` : code,
      ]),
    )
    const host = ts.createCompilerHost(options)
    const { readFile, fileExists, getSourceFile } = host
    host.readFile = (path) => files.get(path) ?? readFile(path)
    host.fileExists = (path) => files.has(path) || fileExists(path)
    host.getSourceFile = (path, version, ...rest) => {
      const text = files.get(path)
      return text === undefined
        ? getSourceFile(path, version, ...rest)
        : ts.createSourceFile(path, text, version)
    }
    const program = ts.createProgram([...files.keys()], { ...options, allowJs: true, checkJs: true }, host)
    const problems = [...files.keys()].flatMap((path) => {
      const source = program.getSourceFile(path)
      return source
        ? [...program.getSemanticDiagnostics(source), ...program.getSyntacticDiagnostics(source)]
        : []
    })
    expect(all.length).toBeGreaterThan(5)
    expect(
      problems.map(
        ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
      ),
    ).toEqual([])
  })

  it('shows the quickstart as it runs', () => {
    expect(blocks('README.md', 'ts')[0]).toBe(read('examples/quickstart/src/quickstart.ts'))
  })

  it.each(pages)('%s links to nothing that is not there', (page) => {
    const folder = page.slice(0, page.lastIndexOf('/') + 1)
    const links = [...read(page).matchAll(/\]\(((?!https?:)[^)#]+)\)/g)].map(
      ([, path = '']) => `${root}${folder}${path}`,
    )
    expect(links.filter((path) => !ts.sys.fileExists(path) && !ts.sys.directoryExists(path))).toEqual([])
  })
})
