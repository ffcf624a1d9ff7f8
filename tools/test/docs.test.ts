import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(`${root}${path}`, 'utf8')

const pages = [
  'README.md',
  'spec/README.md',
  ...readdirSync(`${root}packages`).flatMap((name) =>
    readdirSync(`${root}packages/${name}`).includes('README.md') ? [`packages/${name}/README.md`] : [],
  ),
]

/** The TypeScript blocks of a page. */
const blocks = (page: string): string[] =>
  [...read(page).matchAll(/```ts\n(.*?)```/gs)].map(([, code = '']) => code)

const all = pages.flatMap((page) => blocks(page).map((code, index) => ({ page, index, code })))

describe('documentation', () => {
  it('has code that compiles, every block of it', { timeout: 60_000 }, () => {
    const { config } = ts.readConfigFile(`${root}tsconfig.json`, ts.sys.readFile)
    const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root)
    const files = new Map(
      all.map(({ page, index, code }) => [
        `${root}examples/quickstart/src/${page.replaceAll('/', '-')}-${index}.ts`,
        `${code}\nexport {}\n`,
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
    const program = ts.createProgram([...files.keys()], options, host)
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
    expect(blocks('README.md')[0]).toBe(read('examples/quickstart/src/quickstart.ts'))
  })

  it.each(pages)('%s links to nothing that is not there', (page) => {
    const folder = page.slice(0, page.lastIndexOf('/') + 1)
    const links = [...read(page).matchAll(/\]\(((?!https?:)[^)#]+)\)/g)].map(
      ([, path = '']) => `${root}${folder}${path}`,
    )
    expect(links.filter((path) => !ts.sys.fileExists(path) && !ts.sys.directoryExists(path))).toEqual([])
  })
})
