import js from '@eslint/js'
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript'
import importX from 'eslint-plugin-import-x'
import tseslint from 'typescript-eslint'

const src = './packages/dispatcher/src'
const folders = ['api', 'core', 'flow', 'input', 'operations', 'ports', 'adapters', 'storage-kit', 'testing']
const root = [
  'assemble.ts',
  'calls-under-way.ts',
  'create-dispatcher.ts',
  'index.ts',
  'lifecycle.ts',
  'user-agent.ts',
  'when-open.ts',
]

/** What a folder of the dispatcher may import from the others; the table is in ARCHITECTURE.md. */
const zone = (folder, allowed) => ({
  target: `${src}/${folder}`,
  from: [...folders, ...root]
    .filter((name) => name !== folder && !allowed.includes(name))
    .map((name) => `${src}/${name}`),
  message: `${folder}/ may import ${[folder, ...allowed].join(', ')} alone.`,
})

const zones = [
  zone('core', []),
  zone('ports', ['core']),
  zone('storage-kit', ['core', 'ports']),
  zone('api', ['core', 'ports']),
  zone('input', ['core', 'api']),
  zone('flow', ['core', 'ports']),
  zone('operations', ['core', 'ports', 'flow', 'input', 'api']),
  zone('adapters', ['core', 'ports', 'storage-kit']),
  zone('testing', ['core', 'ports', 'adapters', 'api', 'create-dispatcher.ts']),
  // What is assembled knows nothing of who asks for it, and nobody imports the root but the root.
  zone('assemble.ts', ['core', 'ports', 'flow', 'input', 'api', 'adapters', 'user-agent.ts']),
  zone('lifecycle.ts', ['core', 'ports', 'flow', 'calls-under-way.ts']),
  {
    target: './packages/receiver/src',
    from: './packages/dispatcher',
    message: 'Receiver and dispatcher never meet.',
  },
  { target: src, from: './packages/receiver', message: 'Receiver and dispatcher never meet.' },
]

const noPackages = {
  'no-restricted-imports': [
    'error',
    {
      patterns: [
        {
          regex: '^(?!\\.{1,2}/|@swigs/webhooks-protocol$)',
          message: 'Pure: no npm package, no node: module.',
        },
      ],
    },
  ],
}

const impure = [
  'process',
  'console',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'performance',
  'crypto',
]
const timeless = {
  'no-restricted-globals': [
    'error',
    ...impure.map((name) => ({ name, message: 'Pass it in through a port.' })),
  ],
  'no-restricted-syntax': [
    'error',
    {
      selector: "NewExpression[callee.name='Date'][arguments.length=0]",
      message: 'Time is passed in: use the clock.',
    },
    {
      selector: "MemberExpression[object.name='Date'][property.name='now']",
      message: 'Time is passed in: use the clock.',
    },
    {
      selector: "MemberExpression[object.name='Math'][property.name='random']",
      message: 'Chance is passed in: use ids.',
    },
  ],
}

export default tseslint.config(
  { ignores: ['**/.cache/', '**/dist/**', '**/node_modules/**', '**/*.cjs', 'examples/*/web/**'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', setTimeout: 'readonly' },
    },
    plugins: { 'import-x': importX },
    settings: {
      'import-x/resolver-next': [
        createTypeScriptImportResolver({ conditionNames: ['swigs-source', 'import', 'types'] }),
      ],
    },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones }],
      'import-x/no-cycle': ['error', { ignoreExternal: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/unified-signatures': 'off',
      'no-empty': ['error', { allowEmptyCatch: false }],
      'no-restricted-properties': [
        'error',
        {
          object: 'URL',
          property: 'canParse',
          message: 'Wrong on Node 20 when optimised: see core/parse-url.ts.',
        },
      ],
    },
  },
  {
    files: ['examples/{cms-backend,swigs-workflow}/**/*.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { require: 'readonly', module: 'writable', exports: 'writable', Buffer: 'readonly' },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: ['packages/*/src/**'],
    rules: {
      'import-x/no-extraneous-dependencies': ['error', { devDependencies: false, peerDependencies: true }],
    },
  },
  { files: ['packages/*/src/**'], rules: { 'max-lines': ['error', 250] } },
  { files: ['packages/dispatcher/src/core/**'], rules: { ...noPackages, ...timeless } },
  { files: ['packages/dispatcher/src/ports/**'], rules: noPackages },
  { files: ['packages/dispatcher/src/flow/**'], rules: { ...noPackages, ...timeless } },
  {
    files: ['packages/receiver/src/**'],
    rules: { 'no-restricted-imports': ['error', 'express', 'fastify', '@swigs/webhooks-dispatcher'] },
  },
)
