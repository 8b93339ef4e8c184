import type { Scheme, Theme } from '../protocol/theme.ts'

/** The one style of all pages. Only logical properties, so that it serves both directions of writing. */
export const stylesheet = ({ light, dark }: Theme, appended = ''): string =>
  `:root{color-scheme:light dark;${colours(light)};--muted:#55585e;--line:#767a82;--err:#b3261e;--note:#fff4d6;font:100%/1.5 system-ui,sans-serif}
@media (prefers-color-scheme:dark){:root{${colours(dark)};--muted:#b4b8bf;--line:#8a8f98;--err:#f2b8b5;--note:#3a3115}}
${FRAME}${PARTS}${FORMS}${SYSTEM}${appended === '' ? '' : `${appended}\n`}`

const colours = ({ bg, card, fg, accent, on_accent, link }: Scheme): string =>
  `--bg:${bg};--card:${card};--fg:${fg};--accent:${accent};--on-accent:${on_accent};--link:${link}`

const FRAME = `*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);min-block-size:100vh;display:flex;flex-direction:column;align-items:center;padding:1.5rem 1rem;overflow-wrap:anywhere}
header,main,footer{inline-size:100%;max-inline-size:26rem}
header{display:flex;align-items:center;gap:.75rem;font-weight:600;margin-block-end:1rem}
header img{inline-size:2.5rem;block-size:2.5rem;object-fit:contain}
main{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.5rem}
footer{margin-block-start:1rem}
footer ul,.links{display:flex;flex-wrap:wrap;gap:0 1.5rem;list-style:none;margin:0;padding:0}
footer a,.links a{display:inline-flex;align-items:center;min-inline-size:2.75rem;min-block-size:2.75rem}
h1{font-size:1.375rem;line-height:1.3;margin:0 0 1rem}
h2{font-size:1.0625rem;margin:1.5rem 0 .5rem}
h3{font-size:1rem;margin:0 0 .5rem}
p{margin:0 0 1rem}
`

const PARTS = `a{color:var(--link)}
form+p{margin-block-start:1rem}
main>:last-child{margin-block-end:0}
.muted,dt{color:var(--muted)}
.scopes{margin:.5rem 0 1rem;padding-inline-start:1.25rem}
.scopes li{margin-block-end:.375rem}
dl{margin:0 0 1rem}
dt{font-size:.875rem}
dd{margin:0 0 .5rem}
code{font-family:ui-monospace,monospace;font-size:.875em;overflow-wrap:anywhere}
.mark{border:1px solid var(--line);border-radius:1rem;padding:0 .5rem;font-size:.8125rem;font-weight:400;white-space:nowrap}
.note{background:var(--note);border-radius:.5rem;padding:.5rem .75rem}
.error{border-inline-start:4px solid var(--err);padding:.5rem .75rem;margin-block-end:1rem}
.error h2{font-size:1rem;margin:0;color:var(--err)}
.error p{margin:0}
.cards{list-style:none;margin:1rem 0;padding:0}
.card{border:1px solid var(--line);border-radius:.5rem;padding:1rem;margin-block-end:.75rem}
.card h2{margin-block-start:0}
.card .scopes{margin-block:0}
details{margin-block-end:1rem}
summary{min-block-size:2.75rem;display:list-item;align-content:center;cursor:pointer}
`

const FORMS = `label{display:block;font-weight:600;margin-block-start:1rem}
input[type=text],input[type=password]{inline-size:100%;font:inherit;padding:.625rem .75rem;border:1px solid var(--line);border-radius:.5rem;background:var(--card);color:inherit;min-block-size:2.75rem}
.check{display:flex;gap:.75rem;align-items:center;min-block-size:2.75rem;font-weight:400;cursor:pointer}
.check input{inline-size:1.5rem;block-size:1.5rem;margin:0;flex:none;accent-color:var(--accent)}
.actions{display:flex;flex-wrap:wrap;gap:.75rem;margin-block-start:1.5rem}
button,.button{flex:1 1 8rem;display:inline-flex;align-items:center;justify-content:center;min-block-size:2.75rem;padding:.375rem 1rem;font:inherit;font-weight:600;text-align:center;text-decoration:none;border-radius:.5rem;border:1px solid var(--link);background:var(--accent);color:var(--on-accent);cursor:pointer}
button.secondary,.button.secondary{background:transparent;color:var(--fg);border-color:var(--line)}
.line{display:flex;flex-wrap:wrap;align-items:center;gap:0 .75rem;margin-block-end:1rem}
button.link{flex:none;padding:0;border:0;background:none;color:var(--link);font-weight:400;text-decoration:underline}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
`

const SYSTEM = `@media (forced-colors:active){button,.button{border:2px solid ButtonText}button.link{border:0}}
@media (prefers-reduced-motion:no-preference){button,.button{transition:filter .1s}}
@media (hover:hover){button:hover,.button:hover{filter:brightness(1.08)}}
`
