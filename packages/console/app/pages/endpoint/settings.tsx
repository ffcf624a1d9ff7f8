import { api } from '../../api/client.js'
import type { Me, Subscription } from '../../api/types.js'
import { tell } from '../../state/dialogs.js'
import { may } from '../../state/me.js'
import { limitText } from '../../text/words.js'
import { Facts, Id, Time } from '../../ui/basics.js'
import { Countdown } from '../../ui/countdown.js'
import { fieldsOf, formOf, type EndpointForm } from './fields.js'
import { EndpointFields } from './form.js'

interface SettingsProps {
  readonly endpoint: Subscription
  readonly mine: Me
  readonly again: () => void
}

/** What is known of an endpoint, and how that is changed. */
export const EndpointSettings = ({ endpoint, mine, again }: SettingsProps) => {
  const before = formOf(endpoint)
  const save = async (form: EndpointForm) => {
    await api.update(endpoint.id, fieldsOf(form, before))
    tell('The settings are saved.')
    again()
  }
  return (
    <section>
      <h2>Settings</h2>
      <Facts
        rows={[
          ['Id', <Id>{endpoint.id}</Id>],
          ['Rate limit', limitText(endpoint.rateLimit)],
          ['Made', <Time at={endpoint.createdAt} />],
          ['Changed', <Time at={endpoint.updatedAt} />],
          ...endpoint.previousSecretsExpireAt.map(
            (until) => ['An earlier secret signs for', <Countdown until={until} />] as const,
          ),
        ]}
      />
      <details class="edit">
        <summary>{may('PATCH /:id', mine) ? 'Change the settings' : 'All settings'}</summary>
        <EndpointFields initial={before} action="Save" save={save} isReadOnly={!may('PATCH /:id', mine)} />
      </details>
    </section>
  )
}
