/** The dashboard, the alerts and the guide name nothing that a server does not tell. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { createExposition } from '../../src/http/exposition.ts'
import { CHECKOUT } from '../_process.ts'
import { testServer } from '../_server.ts'
import { type Clone, openClone } from './_clone.ts'
import { runDocument } from './_document.ts'

const FOLDER = join(CHECKOUT, 'examples/grafana')

let clone: Clone
before(async () => {
  clone = await openClone()
})
after(() => clone.remove())

test('contract, /metrics: every metric that the dashboard, the alerts and the guide name exists', async (t) => {
  const { server } = await testServer(t)
  const text = await createExposition(server).text()
  const told = new Map(
    [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type]) => [name, type]),
  )
  const exists = (name: string): boolean => {
    const family = name.replace(/_(bucket|sum|count)$/, '')
    return told.has(name) || (family !== name && told.get(family) === 'histogram')
  }
  for (const file of ['dashboard.json', 'alerts.yml', '../../docs/guides/observability.md']) {
    const words = await readFile(join(FOLDER, file), 'utf8')
    const names = [...words.matchAll(/\b(?:oauthd|nodejs|process)_[a-z0-9_]+(?![a-z0-9_*])/g)].map(
      ([name]) => name,
    )
    assert.ok(names.length >= 4, file)
    assert.deepEqual(
      names.filter((name) => !exists(name)),
      [],
      file,
    )
  }
  const guide = await readFile(join(CHECKOUT, 'docs/guides/observability.md'), 'utf8')
  const untold = [...told.keys()].filter((name) => name.startsWith('oauthd_') && !guide.includes(name))
  assert.deepEqual(untold, [], 'the guide explains every metric of ours')
})

test('contract, /metrics: the dashboard says where each number is from', async () => {
  const { panels }: { panels: { title: string; targets: { expr: string }[] }[] } = JSON.parse(
    await readFile(join(FOLDER, 'dashboard.json'), 'utf8'),
  )
  assert.ok(panels.length >= 10)
  for (const { title, targets } of panels)
    assert.ok(
      targets.every(({ expr }) => expr !== ''),
      title,
    )
})

const promtool = spawnSync('promtool', ['--version'])
const MISSING = 'promtool is not on this machine (Debian: apt-get install prometheus)'

test('contract, /metrics: promtool takes prometheus.yml and its alerts', {
  skip: promtool.error && MISSING,
}, () => {
  const { status, stderr } = spawnSync('promtool', ['check', 'config', 'prometheus.yml'], {
    cwd: FOLDER,
    encoding: 'utf8',
  })
  assert.equal(status, 0, stderr)
})

test('contract, /metrics: examples/grafana/README.md works as it says', async (t) => {
  await runDocument(t, clone.path, 'examples/grafana/README.md', {
    ports: [9464],
    jobs: [[/oauthd serve/, 9464]],
  })
})

test('contract, /metrics: docs/guides/observability.md works as it says', async (t) => {
  await runDocument(t, clone.path, 'docs/guides/observability.md', {
    ports: [6749, 6750, 9464],
    jobs: [
      [/oauthd serve --metrics-port/, 9464],
      [/traced\.log/, 6750],
    ],
  })
})
