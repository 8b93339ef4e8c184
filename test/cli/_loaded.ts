/** Before the program, with `node --import`: writes the URL of every module that it loaded to LOADED_TO. */
import { writeFileSync } from 'node:fs'
import { registerHooks } from 'node:module'

const loaded = new Set<string>()
registerHooks({
  load: (url, context, next) => {
    loaded.add(url)
    return next(url, context)
  },
})
process.on('exit', () => writeFileSync(process.env['LOADED_TO'] ?? '', [...loaded].join('\n')))
