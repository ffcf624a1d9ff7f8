import { useEffect } from 'preact/hooks'
import { endpoints, wantEndpoint } from '../state/endpoints.js'
import { hrefOf } from '../state/route.js'

/** An endpoint by its name; by its id where it is gone. */
export const EndpointName = ({ id, isLink = true }: { id: string; isLink?: boolean }) => {
  useEffect(() => wantEndpoint(id), [id])
  const known = endpoints.value.get(id)
  if (known === null)
    return (
      <span class="faint" title={id}>
        removed
      </span>
    )
  const text = known?.appName ?? '…'
  return isLink ? <a href={hrefOf('endpoints', id)}>{text}</a> : <span>{text}</span>
}
