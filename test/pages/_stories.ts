/** Every page in every state, with made-up data: what the storybook shows and the tests look at. */
import type { AppsPage } from '../../src/pages/apps.ts'
import { appsPage } from '../../src/pages/apps.ts'
import { type ConsentPage, consentPage } from '../../src/pages/consent.ts'
import type { ShownDetail } from '../../src/pages/details.ts'
import { errorPage } from '../../src/pages/error.ts'
import { leavingPage } from '../../src/pages/leaving.ts'
import { removePage } from '../../src/pages/remove.ts'
import type { ShownScope } from '../../src/pages/scopes.ts'
import { signInPage } from '../../src/pages/sign-in.ts'
import { signedOutPage, signOutPage } from '../../src/pages/sign-out.ts'
import type { Site } from '../../src/pages/site.ts'
import { de } from '../../src/pages/text/de.ts'
import { en } from '../../src/pages/text/en.ts'
import type { PageKind } from '../../src/protocol/error.ts'

export interface Story {
  /** The name of its file, without an ending. */
  readonly name: string
  readonly page: string
}

/** A site on `id.example`, in English unless said otherwise. */
export const testSite = (given: Partial<Site> = {}): Site => ({
  name: 'Example Accounts',
  base: '/oauth',
  stylesheet: 'page.css',
  links: {
    support_url: 'https://example.com/help',
    terms_url: 'https://example.com/terms',
    privacy_url: 'https://example.com/privacy',
  },
  lang: 'en',
  dir: 'ltr',
  t: en,
  ...given,
})

const scope = (name: string, title: string | null = null, more: Partial<ShownScope> = {}): ShownScope => ({
  scope: name,
  title,
  description: null,
  is_sensitive: false,
  ...more,
})

/** What Shop asks of ana. */
export const SHOP: ConsentPage = {
  request_id: 'ar_01m80ye0sf4xk2v8jv8k62qj5r',
  csrf: 'csrf-of-the-story',
  client_name: 'Shop',
  owner: 'team:shop',
  first_party: false,
  username: 'ana',
  scopes: [
    scope('orders:read', 'Read your orders', { description: 'Their goods, prices and addresses' }),
    scope('payments:write', 'Pay in your name', { is_sensitive: true }),
    scope('profile'),
  ],
  known: [],
  resource: ['https://api.shop.example/'],
  details: [],
  lasts: true,
  destination: { kind: 'host', host: 'shop.example' },
}

/** RFC 9396 section 2. */
const PAYMENT: ShownDetail = {
  title: 'Start a payment',
  detail: {
    type: 'payment_initiation',
    locations: ['https://bank.example/payments'],
    actions: ['initiate', 'status'],
    instructedAmount: { currency: 'EUR', amount: '123.50' },
    creditorName: 'Merchant A',
    creditorAccount: { iban: 'DE02100100109307118603' },
  },
}

const LONG = 'ThisNameHasNoPlaceToBreakAndGoesOnAndOnUntilNobodyCanReadIt'.repeat(4)

/** Names as an attacker would choose them. */
export const HOSTILE =
  '</title><script>alert(1)</script><img src=x onerror=alert(2)>\u202eecived\u2066 "\'&amp;'

const APPS: AppsPage = {
  csrf: 'csrf-of-the-story',
  username: 'ana',
  apps: [
    {
      client_id: 'cl_7f3k2q9x8m4n5p6r',
      client_name: 'Shop',
      destination: { kind: 'host', host: 'shop.example' },
      scopes: SHOP.scopes,
      since: 1_790_000_000,
      last_used: 1_795_000_000,
    },
    {
      client_id: 'cl_8f3k2q9x8m4n5p6r',
      client_name: 'A tool for the terminal',
      destination: { kind: 'loopback', host: '127.0.0.1' },
      scopes: [],
      since: 1_795_200_000,
      last_used: null,
    },
  ],
  browsers: [
    {
      session_id: 'se_01m80ye0sf4xk2v8jv8k62qj5r',
      user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      auth_time: 1_795_300_000,
      is_this: true,
    },
    {
      session_id: 'se_02m80ye0sf4xk2v8jv8k62qj5r',
      user_agent:
        'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Mobile/15E148 Safari/604.1',
      auth_time: 1_795_100_000,
      is_this: false,
    },
    {
      session_id: 'se_03m80ye0sf4xk2v8jv8k62qj5r',
      user_agent: null,
      auth_time: 1_795_000_000,
      is_this: false,
    },
  ],
}

const KINDS: readonly PageKind[] = [
  'client',
  'redirect',
  'request',
  'expired',
  'forged',
  'limited',
  'busy',
  'fault',
  'missing',
]

const errorStory = (site: Site, kind: PageKind): Story => ({
  name: `error-${kind}`,
  page: errorPage(site, {
    kind,
    client_name: kind === 'redirect' || kind === 'expired' ? 'Shop' : undefined,
    request_id: 'Tq0a3mZk1xW9-b_2',
    developer: ['client', 'redirect', 'request'].includes(kind)
      ? {
          error: 'invalid_request',
          error_description: 'redirect_uri is not one of those registered for this client',
          client_id: 'cl_7f3k2q9x8m4n5p6r',
          redirect_uri: 'https://shop.example/Callback?from=login',
        }
      : undefined,
  }),
})

/** Every page in every state, on one site. */
export const pagesOf = (site: Site): readonly Story[] => {
  const csrf = 'csrf-of-the-story'
  const { request_id } = SHOP
  const signIn = { client_name: 'Shop', request_id, csrf, username: 'ana' }
  const consent = (name: string, given: Partial<ConsentPage> = {}): Story => ({
    name: `consent${name}`,
    page: consentPage(site, { ...SHOP, ...given }),
  })
  return [
    { name: 'sign-in', page: signInPage(site, { csrf, username: '' }) },
    { name: 'sign-in-for-app', page: signInPage(site, { ...signIn, username: '' }) },
    { name: 'sign-in-wrong', page: signInPage(site, { ...signIn, problem: { kind: 'wrong' } }) },
    {
      name: 'sign-in-limited',
      page: signInPage(site, { ...signIn, problem: { kind: 'limited', seconds: 840 } }),
    },
    consent(''),
    consent('-plain', { owner: null, scopes: [], resource: [], lasts: false }),
    consent('-first-party', { first_party: true }),
    consent('-more', {
      known: SHOP.scopes,
      scopes: [scope('orders:write', 'Order in your name')],
      lasts: false,
    }),
    consent('-loopback', { destination: { kind: 'loopback', host: '127.0.0.1:43121' } }),
    consent('-app', { destination: { kind: 'app', scheme: 'com.example.shop' } }),
    consent('-details', {
      details: [PAYMENT, { title: 'account_information', detail: { type: 'account' } }],
    }),
    consent('-terms', { tos_uri: 'https://shop.example/terms', policy_uri: 'https://shop.example/privacy' }),
    consent('-long', {
      client_name: LONG,
      owner: `team:${LONG}`,
      username: LONG,
      scopes: [scope(LONG, LONG, { description: LONG, is_sensitive: true }), scope(LONG)],
      resource: [`https://${LONG}.example/${LONG}`],
      destination: { kind: 'host', host: `${LONG.toLowerCase()}.example` },
    }),
    consent('-hostile', {
      client_name: HOSTILE,
      owner: HOSTILE,
      username: HOSTILE,
      scopes: [scope(HOSTILE, HOSTILE, { description: HOSTILE }), scope(HOSTILE)],
      known: [scope(HOSTILE, HOSTILE)],
      resource: [HOSTILE],
      details: [
        {
          title: HOSTILE,
          detail: { type: HOSTILE, actions: [HOSTILE], [HOSTILE]: { [HOSTILE]: [HOSTILE] } },
        },
      ],
    }),
    {
      name: 'leaving',
      page: leavingPage(site, {
        url: 'https://shop.example/callback?code=oac_made-up&state=a%26b&iss=https%3A%2F%2Fid.example',
        destination: SHOP.destination,
      }),
    },
    {
      name: 'leaving-loopback',
      page: leavingPage(site, {
        url: 'http://[::1]:43121/callback?error=access_denied',
        destination: { kind: 'loopback', host: '[::1]:43121' },
      }),
    },
    {
      name: 'leaving-app',
      page: leavingPage(site, {
        url: 'com.example.shop:/callback?code=oac_made-up',
        destination: { kind: 'app', scheme: 'com.example.shop' },
      }),
    },
    { name: 'sign-out', page: signOutPage(site, { csrf, username: 'ana' }) },
    { name: 'signed-out', page: signedOutPage(site) },
    { name: 'apps', page: appsPage(site, APPS) },
    {
      name: 'apps-none',
      page: appsPage(site, { ...APPS, apps: [], done: { kind: 'removed', client_name: 'Shop' } }),
    },
    { name: 'apps-signed-out', page: appsPage(site, { ...APPS, done: { kind: 'signed_out' } }) },
    {
      name: 'remove',
      page: removePage(site, { csrf, client_id: 'cl_7f3k2q9x8m4n5p6r', client_name: 'Shop' }),
    },
    ...KINDS.map((kind) => errorStory(site, kind)),
  ]
}

/** A site in a language written from the right; the words stay English, so that a reader of this sees what moves. */
export const RIGHT_TO_LEFT: Partial<Site> = { lang: 'ar', dir: 'rtl', name: 'حسابات المثال' }

/** All stories: every page in English, and those with most in them in other dress. */
export const stories = (site: Partial<Site> = {}): readonly Story[] => {
  const dressed = (suffix: string, names: readonly string[], given: Partial<Site>): readonly Story[] =>
    pagesOf(testSite({ ...site, ...given }))
      .filter(({ name }) => names.includes(name))
      .map(({ name, page }) => ({ name: `${name}.${suffix}`, page }))
  const MAIN = ['sign-in-wrong', 'consent', 'apps', 'error-redirect', 'leaving', 'consent-long']
  return [
    ...pagesOf(testSite(site)),
    ...dressed('de', [...MAIN, 'remove', 'sign-out'], { lang: 'de', t: de }),
    ...dressed('rtl', [...MAIN, 'consent-hostile'], RIGHT_TO_LEFT),
    ...dressed('logo', ['sign-in', 'consent'], { logo: 'logo.svg' }),
    ...dressed('bare', ['sign-in', 'error-missing'], { links: {}, name: 'localhost:6749' }),
  ]
}

/** A logo for the stories. */
export const LOGO =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 40"><circle cx="20" cy="20" r="20" fill="#0b6e4f"/></svg>'
