import type { Filling, Tree, TreeFlag } from './completion.ts'

/** For `_oauthd` in a folder of fpath, or to be sourced. Colons in names are escaped for _describe. */
export const zshScript = ({ globals, commands }: Tree): string => `#compdef oauthd
# zsh completion for oauthd; written by: oauthd completion zsh
_oauthd_clients() {
  local -a ids
  ids=(\${(f)"$(oauthd client:list -q 2>/dev/null < /dev/null)"})
  compadd -a ids
}
_oauthd_commands() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quote(`${name.replaceAll(':', '\\:')}:${summary}`)}`).join('\n')}
  )
  _describe -t commands 'command' commands
}
_oauthd() {
  local curcontext="$curcontext" state line
  typeset -A opt_args
  local -a globals
  globals=(
${globals.map((flag) => `    ${argument(flag)}`).join('\n')}
  )
  _arguments -C $globals '1: :_oauthd_commands' '*:: :->words'
  [[ $state == words ]] || return
  case $line[1] in
${commands
  .map(({ name, flags, operands }) =>
    [
      `    ${name}) _arguments $globals \\`,
      ...flags.map((flag) => `      ${argument(flag)} \\`),
      ...operands.map((filling, index) => `      ${quote(`${index + 1}: :${action(filling)}`)} \\`),
      '      && return ;;',
    ].join('\n'),
  )
  .join('\n')}
  esac
}
if [ "$funcstack[1]" = "_oauthd" ]; then _oauthd "$@"; else compdef _oauthd oauthd; fi
`

const argument = ({ flag, short, help, value }: TreeFlag): string => {
  const text = `[${help.replace(/[[\]\\]/g, '\\$&')}]`
  const filled = value.kind === 'none' ? '' : `: :${action(value)}`
  if (short !== undefined) return `'(${short} ${flag})'{${short},${flag}}${quote(`${text}${filled}`)}`
  return quote(`*${flag}${text}${filled}`)
}

const action = (value: Filling): string => {
  if (value.kind === 'words') return `(${value.words.map((word) => word.replaceAll(':', '\\:')).join(' ')})`
  if (value.kind === 'file') return '_files'
  return value.kind === 'client' ? '_oauthd_clients' : ' '
}

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
