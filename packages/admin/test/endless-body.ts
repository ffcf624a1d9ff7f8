/** A body that never ends. After 8 MiB nothing more comes, so that whoever reads on waits instead of filling the memory. */
export const endlessBody = () => {
  const state = { sent: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull: (controller) => {
      if (state.sent >= 8 * 1_024 * 1_024) return new Promise(() => undefined)
      controller.enqueue(new Uint8Array(4_096))
      state.sent += 4_096
      return undefined
    },
    cancel: () => {
      state.cancelled = true
    },
  })
  return { body, state }
}
