/** What is wrong with a page as people see and hear it, and reach into it. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** What axe finds: one line a fault. */
export const faultsOf = async (page: Page): Promise<readonly string[]> => {
  if (!(await page.evaluate(`'axe' in globalThis`))) await page.evaluate(axe.source)
  return page.evaluate(async (values) => {
    // Put there by the page's own evaluation of axe's source.
    const { run } = (globalThis as unknown as { axe: typeof axe }).axe
    const { violations } = await run({ runOnly: { type: 'tag', values } })
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)
  }, RULES)
}

/** What does not fit, and what is too small for a finger: 44 pixels, but links inside a sentence. */
export const misfitsOf = (page: Page): Promise<readonly string[]> =>
  page.evaluate(`(() => {
    const root = document.documentElement
    const wide = root.scrollWidth > root.clientWidth ? ['wider than the window: ' + root.scrollWidth] : []
    const small = [...document.querySelectorAll('button, a, input:not([type=hidden]), summary')].flatMap((one) => {
      const target = one.matches('input[type=checkbox]') ? one.closest('label') : one
      const { width, height } = target.getBoundingClientRect()
      const inSentence = one.matches('p > a:not(.button)')
      return inSentence || (width >= 44 && height >= 44) ? [] : [one.outerHTML + ' is ' + width + ' by ' + height]
    })
    return [...wide, ...small]
  })()`)
