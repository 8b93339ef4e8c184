import assert from 'node:assert/strict'
import { test } from 'node:test'
import { importsOf, layerFaults } from './_rules.ts'
import { sources } from './_source.ts'

const faults = (path: string, text: string): readonly string[] => layerFaults({ path, text })

test('house 2: each room imports only the rooms and packages that the table allows', () => {
  assert.notEqual(sources('src').length, 0)
  assert.deepEqual(sources('src').flatMap(layerFaults), [])
})

test('house 2: a decision that reaches for the database or the network is found', () => {
  assert.deepEqual(faults('src/protocol/scope.ts', "import { one } from '../store/work.ts'\n"), [
    'src/protocol/scope.ts: may not import src/store/work.ts',
  ])
  assert.deepEqual(faults('src/actions/client.ts', "import Database from 'better-sqlite3'"), [
    'src/actions/client.ts: may not import better-sqlite3',
  ])
  assert.deepEqual(faults('src/grants/x.ts', "const { H3 } = await import('h3')"), [
    'src/grants/x.ts: may not import h3',
  ])
  assert.deepEqual(faults('src/http/token.ts', "export { main } from '../cli/main.ts'"), [
    'src/http/token.ts: may not import src/cli/main.ts',
  ])
})

test('house 2: only the drivers of the store touch the file and the database', () => {
  const text = "import { statSync } from 'node:fs'\nimport Database from 'better-sqlite3'\n"
  assert.deepEqual(faults('src/store/sqlite.ts', text), [])
  assert.deepEqual(faults('src/store/client.ts', text), [
    'src/store/client.ts: may not import node:fs',
    'src/store/client.ts: may not import better-sqlite3',
  ])
})

test('house 2: where only types may be imported a value is a fault', () => {
  const path = 'src/store/client.ts'
  assert.deepEqual(faults(path, "import type { Client } from '../protocol/client-metadata.ts'"), [])
  assert.deepEqual(faults(path, "import { type Client, type Scope } from '../protocol/scope.ts'"), [])
  assert.deepEqual(faults(path, "import { covers, type Scope } from '../protocol/scope.ts'"), [
    `${path}: may import only types from src/protocol/scope.ts`,
  ])
})

test('house 2: the middleware loads no framework: an app brings its own, and only its types are named', () => {
  const path = 'src/resource/h3.ts'
  assert.deepEqual(faults(path, "import type { H3Event } from 'h3'"), [])
  assert.deepEqual(faults(path, "import { HTTPError } from 'h3'"), [`${path}: may import only types from h3`])
  assert.deepEqual(faults(path, "import type { Express } from 'express'"), [
    `${path}: may not import express`,
  ])
})

test('house 2: listhen and inquirer are each imported in one place', () => {
  const text = "const { listen } = await import('listhen')\nconst inquirer = await import('inquirer')\n"
  assert.deepEqual(faults('src/cli/listen.ts', text), ['src/cli/listen.ts: may not import inquirer'])
  assert.deepEqual(faults('src/cli/ask.ts', text), ['src/cli/ask.ts: may not import listhen'])
})

test('style: an import of ours names the file with its ending, and a computed import() is refused', () => {
  assert.deepEqual(faults('src/http/app.ts', "import { a } from '../actions/client'"), [
    'src/http/app.ts: ../actions/client: an import of ours ends in .ts',
  ])
  assert.deepEqual(faults('src/http/app.ts', 'await import(name)'), [
    'src/http/app.ts: import() of something that is not a literal',
  ])
  assert.deepEqual(faults('src/cli/version.ts', "import x from '../../test/_process.ts'"), [
    'src/cli/version.ts: ../../test/_process.ts is outside src',
  ])
})

test('house 2: a file in a room that is not in the table is a fault', () => {
  assert.deepEqual(faults('src/utils/x.ts', ''), ['src/utils/x.ts: src/utils is no room of the house'])
})

test('house 2: the reader of import lines sees lists over several lines and not the words of comments', () => {
  const text = [
    '// import { a } from "a"',
    '/* import("b") */',
    'const words = \'import("c")\'',
    'export type Local = number',
    'import {',
    '  d, // the one',
    "} from 'd'",
    "export * from 'e'",
    "import 'f'",
    "import g, { type h } from 'g'",
  ].join('\n')
  assert.deepEqual(
    importsOf(text).map(({ from }) => from),
    ['d', 'e', 'g', 'f'],
  )
})
