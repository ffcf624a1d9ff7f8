import { library } from '../../tools/tsup-library.js'
import { threadCodePlugin } from './dev/bundle-thread.js'

export default library({ index: 'src/index.ts' }, { plugins: [threadCodePlugin()], shims: true })
