import { signal } from '@preact/signals'
import type { Subscription } from '../../api/types.js'
import { CopyButton } from '../../ui/basics.js'
import { Dialog } from '../../ui/dialogs.js'
import { Countdown } from '../../ui/countdown.js'

/** A secret that was just made; it is kept nowhere but in this dialog. */
const fresh = signal<Pick<Subscription, 'appName' | 'appSecret' | 'previousSecretsExpireAt'> | null>(null)

/** Shows the secret of an endpoint that was just made, or given a new one. */
export const showSecret = (endpoint: Subscription): void => {
  const { appName, appSecret, previousSecretsExpireAt } = endpoint
  fresh.value = { appName, appSecret, previousSecretsExpireAt }
}

/** That secret, once. */
export const SecretDialog = () => {
  const shown = fresh.value
  if (shown === null) return null
  const until = shown.previousSecretsExpireAt.at(0)
  const close = () => (fresh.value = null)
  return (
    <Dialog title={`The secret of ${shown.appName}`} onClose={close}>
      <p class="text">It is shown this once. Give it to the receiver.</p>
      <p class="secret">
        <code>{shown.appSecret}</code>
        <CopyButton text={shown.appSecret}>Copy</CopyButton>
      </p>
      {until === undefined ? null : (
        <p class="text">
          The one before signs beside it for <Countdown until={until} /> more.
        </p>
      )}
      <div class="buttons">
        <button type="button" class="primary" onClick={close}>
          I have it
        </button>
      </div>
    </Dialog>
  )
}
