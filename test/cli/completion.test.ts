import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { COMMANDS } from '../../src/cli/commands.ts'
import { readTree } from '../../src/cli/completion.ts'
import { bashScript } from '../../src/cli/completion-bash.ts'
import { fishScript } from '../../src/cli/completion-fish.ts'
import { powershellScript } from '../../src/cli/completion-powershell.ts'
import { zshScript } from '../../src/cli/completion-zsh.ts'
import { run, temporaryFolder } from '../_process.ts'

/** Feeds lines to the script as bash does and gives what it would offer for each. */
const COMPLETE = `
source ./oauthd.bash
while IFS= read -r line; do
  COMP_LINE="$line" COMP_POINT=\${#line}
  COMPREPLY=()
  _oauthd
  echo "\${COMPREPLY[*]}"
done
`

const offered = async (folder: string, lines: readonly string[]): Promise<readonly string[]> => {
  await writeFile(join(folder, 'oauthd.bash'), bashScript(await readTree()))
  await writeFile(join(folder, 'try.bash'), COMPLETE)
  const { code, stdout, stderr } = await run('bash', ['--norc', 'try.bash'], {
    cwd: folder,
    env: { PATH: `${folder}:${process.env['PATH']}` },
    input: `${lines.join('\n')}\n`,
  })
  assert.deepEqual([code, stderr], [0, ''])
  return stdout.split('\n').slice(0, -1)
}

test('contract, completion: bash completes a command after its colon without repeating what stands before', async (t) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const [all, from, after, flag, shells, late] = await offered(path, [
    'oauthd ',
    'oauthd conf',
    'oauthd config:s',
    'oauthd config:show --sour',
    'oauthd completion ',
    'oauthd --db x.db --json completion b',
  ])
  assert.equal(all, COMMANDS.map(({ name }) => name).join(' '))
  assert.equal(from, 'config:show')
  assert.equal(after, 'show')
  assert.equal(flag, '--sources')
  assert.equal(shells, 'bash zsh fish powershell')
  assert.equal(late, 'bash')
})

test('contract, completion: bash offers the ids of the clients in the database where an id is meant', async (t) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  const stand = '#!/bin/sh\nif [ "$*" = "client:list -q --db my.db" ]; then printf "cl_a1\\ncl_b2\\n"; fi\n'
  await writeFile(join(path, 'oauthd'), stand, { mode: 0o755 })
  const [ids, one, flag, none] = await offered(path, [
    'oauthd --db my.db client:show ',
    'oauthd --db my.db client:revoke cl_b',
    'oauthd token:list --db my.db --client ',
    'oauthd --db my.db client:create --id ',
  ])
  assert.deepEqual([ids, one, flag, none], ['cl_a1 cl_b2', 'cl_b2', 'cl_a1 cl_b2', ''])
})

test('contract, completion: bash never runs what was typed', async (t) => {
  const { path, remove } = await temporaryFolder()
  t.after(remove)
  await offered(path, ['oauthd $(touch run-1) ', 'oauthd `touch run-2`', 'oauthd --db $(touch run-3)'])
  const { stdout } = await run('ls', [], { cwd: path })
  assert.equal(stdout, 'oauthd.bash\ntry.bash\n')
})

test('contract, completion: every script knows every command and every flag', async () => {
  const tree = await readTree()
  const flags = [...tree.globals, ...tree.commands.flatMap((command) => command.flags)].map(
    ({ flag }) => flag,
  )
  for (const script of [bashScript, zshScript, powershellScript]) {
    for (const flag of flags) assert.ok(script(tree).includes(flag), flag)
  }
  for (const flag of flags) assert.ok(fishScript(tree).includes(`-l ${flag.slice(2)}`), flag)
  for (const { name } of tree.commands) {
    for (const script of [bashScript, fishScript, powershellScript])
      assert.ok(script(tree).includes(name), name)
    assert.ok(zshScript(tree).includes(`'${name.replaceAll(':', '\\:')}:`), name)
  }
})
