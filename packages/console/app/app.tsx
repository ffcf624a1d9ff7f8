import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { loadMe, may, me, meError } from './state/me.js'
import { route } from './state/route.js'
import { notice } from './state/dialogs.js'
import { DeliveryPage } from './pages/delivery.js'
import { EndpointPage } from './pages/endpoint.js'
import { EndpointsPage } from './pages/endpoints.js'
import { EventPage } from './pages/event.js'
import { EventsPage } from './pages/events.js'
import { GivenUpPage } from './pages/given-up.js'
import { OverviewPage } from './pages/overview.js'
import { ReplayPage } from './pages/replay.js'
import { ReplaysPage } from './pages/replays.js'
import { SendPage } from './pages/send.js'
import { PAGES } from './ui/pages.js'
import { Shell } from './ui/shell.js'
import { Empty, Loading, NoPermission, Problem } from './ui/states.js'

const LISTS: Readonly<Record<string, ComponentType>> = {
  overview: OverviewPage,
  endpoints: EndpointsPage,
  events: EventsPage,
  'given-up': GivenUpPage,
  replays: ReplaysPage,
  send: SendPage,
}

const SINGLES: Readonly<Record<string, ComponentType<{ id: string }>>> = {
  endpoints: EndpointPage,
  events: EventPage,
  deliveries: DeliveryPage,
  replays: ReplayPage,
}

const Page = () => {
  const { page, id } = route.value
  const Single = id === null ? undefined : SINGLES[page]
  if (Single && id !== null) return <Single id={id} key={id} />
  const List = LISTS[page]
  const needs = PAGES.find((link) => link.page === page)?.needs
  if (needs !== undefined && !may(needs)) return <NoPermission />
  return List ? <List key={page} /> : <Empty title="There is no such page" />
}

/** The console. */
export const App = () => {
  const { page, id } = route.value
  useEffect(() => {
    notice.value = null
    scrollTo(0, 0)
  }, [page, id])
  return (
    <Shell>
      {me.value !== null ? (
        <Page />
      ) : meError.value !== null ? (
        <Problem error={meError.value} again={() => void loadMe()} />
      ) : (
        <Loading />
      )}
    </Shell>
  )
}
