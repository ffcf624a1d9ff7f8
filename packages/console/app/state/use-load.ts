import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { isRefreshing, REFRESH_MS, reloads } from './refresh.js'

/** Something that is asked for: what came, or why nothing did. */
export interface Loaded<T> {
  readonly data: T | null
  readonly error: unknown
  readonly isLoading: boolean
  /** Asks again at once. */
  readonly again: () => void
}

/**
 * Asks for something, again where `key` changes or somebody wants it; where it is `live`, also five seconds after the last
 * answer, while the page is seen.
 */
export const useLoad = <T>(
  key: string,
  load: () => Promise<T>,
  { live = false }: { live?: boolean } = {},
): Loaded<T> => {
  const [state, setState] = useState<{ key: string; data: T | null; error: unknown }>({
    key,
    data: null,
    error: null,
  })
  const [round, setRound] = useState(0)
  const latest = useRef(load)
  latest.current = load
  const asked = reloads.value
  const isOn = isRefreshing.value

  useEffect(() => {
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = () => {
      latest
        .current()
        .then(
          (data) => !isOver && setState({ key, data, error: null }),
          (error: unknown) =>
            !isOver && setState((last) => ({ key, data: last.key === key ? last.data : null, error })),
        )
        .finally(next)
    }
    const next = () => {
      if (isOver || !live || !isOn || document.hidden) return
      clearTimeout(timer)
      timer = setTimeout(ask, REFRESH_MS)
    }
    const seen = () => {
      if (!document.hidden && live && isOn) ask()
      else clearTimeout(timer)
    }
    ask()
    document.addEventListener('visibilitychange', seen)
    return () => {
      isOver = true
      clearTimeout(timer)
      document.removeEventListener('visibilitychange', seen)
    }
  }, [key, round, asked, live, isOn])

  const again = useCallback(() => setRound((count) => count + 1), [])
  const isCurrent = state.key === key
  return {
    data: isCurrent ? state.data : null,
    error: isCurrent ? state.error : null,
    isLoading: !isCurrent || (state.data === null && state.error === null),
    again,
  }
}
