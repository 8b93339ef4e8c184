import { addressGroup } from '../protocol/address.ts'
import type { BackChannel } from './answer.ts'

/**
 * Whom tries from here are counted against: the other end of the socket, as srvx tells it. Headers
 * such as X-Forwarded-For are anybody's to write and are not read (RL-03). `undefined` where a host
 * hands over a request without a socket.
 */
export const addressOf = ({ request }: Pick<BackChannel, 'request'>): string | undefined =>
  'ip' in request && typeof request.ip === 'string' && request.ip !== ''
    ? addressGroup(request.ip)
    : undefined
