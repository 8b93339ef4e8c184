/** What the house tests read: the files of the checkout, and TypeScript with its words taken out. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** A file as the rules see it: `path` is relative to the checkout, with slashes. */
export interface Source {
  readonly path: string
  readonly text: string
}

/** The paths of all files below a folder of the checkout, sorted; none when there is no such folder. */
export const filesBelow = (folder: string): readonly string[] =>
  existsSync(join(ROOT, folder))
    ? readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length).replaceAll('\\', '/'))
        .sort()
    : []

/** The files that lie in the checkout's own folder. */
export const filesAtRoot = (): readonly string[] =>
  readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort()

/** The folders directly in a folder of the checkout; an empty one does not count, since git has none. */
export const foldersIn = (folder: string): readonly string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && filesBelow(`${folder}/${entry.name}`).length > 0)
    .map((entry) => entry.name)
    .sort()

/** Whether a path is the project's: in a git checkout what git tracks, or would if told to add all; else any. */
export const isOurs = (): ((path: string) => boolean) => {
  const asked = existsSync(join(ROOT, '.git'))
    ? spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
        cwd: ROOT,
        encoding: 'utf8',
      })
    : undefined
  if (asked?.status !== 0) return () => true
  const known = new Set(asked.stdout.split('\0'))
  return (path) => known.has(path)
}

export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

/** Every TypeScript file below the folders named. */
export const sources = (...folders: readonly string[]): readonly Source[] =>
  folders
    .flatMap(filesBelow)
    .filter((path) => extname(path) === '.ts')
    .map((path) => ({ path, text: read(path) }))

/** What may stand before a slash that begins a regular expression; after anything else it divides. */
const BEFORE_REGEXP = /(^|[(,=:[!&|?{};+*%~^<>\n-]|\breturn|\bcase|\btypeof|=>)\s*$/

/** Where what was opened at `start` is closed by `close`, escapes stepped over. */
const endOf = (text: string, start: number, close: string): number => {
  let inSet = false
  for (let at = start + 1; at < text.length; at += 1) {
    const letter = text[at]
    if (letter === '\\') at += 1
    else if (close === '/' && (letter === '[' || letter === ']')) inSet = letter === '['
    else if (letter === close && !inSet) return at + 1
  }
  return text.length
}

/** Where the comment that begins at `start` is over. */
const endOfComment = (text: string, start: number): number => {
  const line = text.startsWith('//', start)
  const end = text.indexOf(line ? '\n' : '*/', start + 2)
  if (end < 0) return text.length
  return line ? end : end + 2
}

/**
 * The text with comments, strings and regular expressions turned into blanks, line for line, so that
 * a rule about code is not set off by words about it. What a template computes stays.
 */
export const codeOf = (text: string): string => {
  let code = ''
  let depth = 0
  /** How deep in braces each open template stood when it began to compute. */
  const computing: number[] = []

  const blankTo = (from: number, to: number): number => {
    code += text.slice(from, to).replace(/[^\n]/g, ' ')
    return to
  }
  const template = (from: number): number => {
    for (let at = from + 1; at < text.length; at += 1) {
      if (text[at] === '\\') at += 1
      else if (text[at] === '`') return blankTo(from, at + 1)
      else if (text.startsWith('${', at)) {
        computing.push(depth)
        return blankTo(from, at + 2)
      }
    }
    return blankTo(from, text.length)
  }

  for (let at = 0; at < text.length; ) {
    const letter = text[at] ?? ''
    if (text.startsWith('//', at) || text.startsWith('/*', at)) at = blankTo(at, endOfComment(text, at))
    else if (letter === "'" || letter === '"') at = blankTo(at, endOf(text, at, letter))
    else if (letter === '/' && BEFORE_REGEXP.test(code)) at = blankTo(at, endOf(text, at, '/'))
    else if (letter === '`') at = template(at)
    else if (letter === '}' && computing.at(-1) === depth) {
      computing.pop()
      at = template(at)
    } else {
      if (letter === '{') depth += 1
      if (letter === '}') depth -= 1
      code += letter
      at += 1
    }
  }
  return code
}
