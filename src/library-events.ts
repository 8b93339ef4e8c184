import { EVENT_TYPES, type EventListener, type EventType } from './events.ts'
import { unknownName } from './protocol/nearest.ts'
import type { Server } from './server.ts'

/** @throws {TypeError} for an event that there is not, or a listener that is no function */
export const subscribe = <T extends EventType>(
  server: Pick<Server, 'events'>,
  event: T,
  listener: EventListener<T>,
): (() => void) => {
  if (!EVENT_TYPES.includes(event)) {
    throw new TypeError(unknownName(String(event), EVENT_TYPES, `one of ${EVENT_TYPES.join(', ')}`))
  }
  if (typeof listener !== 'function') throw new TypeError('listener must be a function')
  return server.events.on(event, listener)
}
