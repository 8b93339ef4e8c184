import type { Destination } from '../protocol/destination.ts'
import { fill, type Html, html } from './html.ts'
import type { Site } from './site.ts'

/** Where an answer goes, told so that another place cannot pass for it (PG-05). */
export const shownDestination = ({ t }: Site, destination: Destination): Html => {
  if (destination.kind === 'host') return html`<strong><bdi dir="ltr">${destination.host}</bdi></strong>`
  if (destination.kind === 'loopback') {
    return html`<strong>${t.destination_loopback}</strong> (<bdi dir="ltr">${destination.host}</bdi>)`
  }
  const scheme = html`<strong><bdi dir="ltr">${destination.scheme}</bdi></strong>`
  return fill(t.destination_app, { scheme })
}
