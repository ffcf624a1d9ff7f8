import type { ComponentChildren } from 'preact'
import { may, me } from '../state/me.js'
import { isRefreshing, setRefreshing } from '../state/refresh.js'
import { hrefOf, route } from '../state/route.js'
import { NoticeBar, QuestionDialog } from './dialogs.js'
import { KeysDialog, openKeys } from './keys.js'
import { PAGES } from './pages.js'

const SECTIONS: Readonly<Record<string, string>> = { deliveries: 'events' }

const sites = (): string => {
  const siteIds = me.value?.siteIds
  if (siteIds === undefined || siteIds === 'all') return ''
  return siteIds.length === 1 ? 'One site' : `${siteIds.length} sites`
}

/** What is around every page. */
export const Shell = ({ children }: { children: ComponentChildren }) => {
  const { page } = route.value
  const current = SECTIONS[page] ?? page
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        To the content
      </a>
      <nav class="side" aria-label="Pages of the console">
        <p class="brand">Webhooks</p>
        <ul>
          {PAGES.filter(({ needs }) => may(needs)).map(({ page: name, title }) => (
            <li key={name}>
              <a href={hrefOf(name)} aria-current={current === name ? 'page' : undefined}>
                {title}
              </a>
            </li>
          ))}
        </ul>
        <div class="foot">
          {me.value?.actor ? <p title="Who you are, as the app says">{me.value.actor}</p> : null}
          {sites() === '' ? null : <p>{sites()}</p>}
          <label class="switch">
            <input
              type="checkbox"
              role="switch"
              checked={isRefreshing.value}
              onChange={(event) => setRefreshing(event.currentTarget.checked)}
            />
            Refresh by itself
          </label>
          <button type="button" class="quiet" onClick={openKeys}>
            Keys <kbd>?</kbd>
          </button>
        </div>
      </nav>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <QuestionDialog />
      <KeysDialog />
      <NoticeBar />
    </>
  )
}

const skip = (event: Event) => {
  event.preventDefault()
  document.getElementById('main')?.focus()
}
