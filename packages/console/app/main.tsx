import { render } from 'preact'
import { App } from './app.js'
import { loadMe } from './state/me.js'

const root = document.getElementById('app')
if (root) {
  root.textContent = ''
  render(<App />, root)
}
void loadMe()
