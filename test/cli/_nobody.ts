/**
 * Before the program, with `node --import`: root may do what a file's mode forbids, so the process
 * becomes nobody. First all is loaded that nobody may not be allowed to read.
 */
import Database from 'better-sqlite3'
import '../../src/cli/main.ts'
import '../../src/cli/client-create.ts'
import '../../src/cli/client-list.ts'
import '../../src/cli/config.ts'
import '../../src/cli/report.ts'

new Database(':memory:').close()
if (process.getuid?.() === 0) {
  process.setgroups?.([])
  process.setgid?.(65534)
  process.setuid?.(65534)
}
