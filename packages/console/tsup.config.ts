import { library } from '../../tools/tsup-library.js'
import { consoleFilesPlugin } from './dev/bundle-console.js'

export default library({ index: 'src/index.ts' }, { plugins: [consoleFilesPlugin()] })
