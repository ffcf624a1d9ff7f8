import { api } from '../../api/client.js'
import { remember } from '../../state/endpoints.js'
import { go } from '../../state/route.js'
import { Dialog } from '../../ui/dialogs.js'
import { EMPTY_FORM, fieldsOf, type EndpointForm } from './fields.js'
import { EndpointFields } from './form.js'
import { showSecret } from './secret.js'

/** Makes an endpoint; its secret is shown once. */
export const CreateEndpoint = () => {
  const close = () => go('endpoints')
  const save = async (form: EndpointForm) => {
    const made = await api.create(fieldsOf(form))
    remember(made)
    showSecret(made)
    go('endpoints', made.id)
  }
  return (
    <Dialog title="New endpoint" onClose={close}>
      <EndpointFields initial={EMPTY_FORM} action="Make it" save={save} cancel={close} />
    </Dialog>
  )
}
