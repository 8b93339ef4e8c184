/** A process of its own that reads all the time: each reader is there before the one before has gone. */
import Database from 'better-sqlite3'

const file = process.argv[2] ?? ''
const open = (): Database.Database => new Database(file, { readonly: true, timeout: 1000 })
const begin = (reader: Database.Database): void => {
  reader.exec('BEGIN')
  reader.prepare('SELECT name FROM oauthd_state ORDER BY name LIMIT 1').get()
}

let current = open()
let next = open()
begin(current)
process.stdout.write('reading\n')

const turn = (): void => {
  begin(next)
  current.exec('COMMIT')
  ;[current, next] = [next, current]
  setImmediate(turn)
}
turn()
