/** Times as a person reads them; the server does not know where that person is, so they are UTC. */
import { type Html, html } from './html.ts'

/** Seconds as `1 minute`, rounded up, so that who waits it out has waited enough. */
export const duration = (seconds: number, lang: string): string => {
  const [count, unit] =
    seconds < 60
      ? [seconds, 'second']
      : seconds <= 5400
        ? [Math.ceil(seconds / 60), 'minute']
        : [Math.ceil(seconds / 3600), 'hour']
  return new Intl.NumberFormat(lang, { style: 'unit', unit, unitDisplay: 'long' }).format(Math.max(1, count))
}

/** A day, of epoch seconds. */
export const day = (at: number, lang: string): Html => {
  const shown = new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeZone: 'UTC' }).format(at * 1000)
  return html`<time datetime="${machine(at).slice(0, 10)}">${shown}</time>`
}

/** A day and its time, of epoch seconds. */
export const moment = (at: number, lang: string): Html => {
  const words: Intl.DateTimeFormatOptions = {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone: 'UTC',
    timeZoneName: 'short',
  }
  const shown = new Intl.DateTimeFormat(lang, words).format(at * 1000)
  return html`<time datetime="${machine(at)}Z">${shown}</time>`
}

/** `2026-11-22 12:00`: Swedish writes times as HTML does. */
const machine = (at: number): string =>
  new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone: 'UTC' }).format(
    at * 1000,
  )
