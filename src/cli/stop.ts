/** Signals that ask a server to stop, and end nothing by themselves. */
export interface Stop {
  /** Resolves with the first signal, which asks to stop. */
  readonly first: Promise<void>
  /** Resolves with the second: somebody does not want to wait. */
  readonly second: Promise<void>
  readonly isAsked: () => boolean
}

/** Takes the signals over. SIGHUP, a terminal that was closed, asks to stop; that it comes too is no hurry. */
export const stopSignals = (): Stop => {
  const first = Promise.withResolvers<void>()
  const second = Promise.withResolvers<void>()
  let isAsked = false
  const ask = (): void => {
    isAsked = true
    first.resolve()
  }
  const askAgain = (): void => {
    if (isAsked) second.resolve()
    ask()
  }
  process.on('SIGTERM', askAgain)
  process.on('SIGINT', askAgain)
  process.on('SIGHUP', ask)
  // Without a listener Node opens the port of its debugger, through which every secret can be read.
  process.on('SIGUSR1', () => {})
  return { first: first.promise, second: second.promise, isAsked: () => isAsked }
}
