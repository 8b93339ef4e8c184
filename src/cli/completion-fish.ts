import type { Filling, Tree, TreeFlag } from './completion.ts'

/** fish does not split at colons; a file is offered only where a file is meant. */
export const fishScript = ({
  globals,
  commands,
}: Tree): string => `# fish completion for oauthd; written by: oauthd completion fish
function __oauthd_clients
  oauthd client:list -q 2>/dev/null </dev/null
end
complete -c oauthd -f
${globals.map((flag) => complete('', flag)).join('\n')}
${commands
  .map(
    ({ name, summary }) =>
      `complete -c oauthd -n __fish_use_subcommand -a ${quote(name)} -d ${quote(summary)}`,
  )
  .join('\n')}
${commands
  .flatMap(({ name, flags, operands }) => {
    const when = ` -n ${quote(`__fish_seen_subcommand_from ${name}`)}`
    return [
      ...flags.map((flag) => complete(when, flag)),
      ...operands
        .filter(({ kind }) => kind !== 'any')
        .map((filling) => `complete -c oauthd${when}${offer(filling)}`),
    ]
  })
  .join('\n')}
`

const complete = (when: string, { flag, short, help, value }: TreeFlag): string => {
  const letter = short === undefined ? '' : ` -s ${short.slice(1)}`
  const filled = value.kind === 'none' ? '' : ` -r${offer(value)}`
  return `complete -c oauthd${when}${letter} -l ${flag.slice(2)}${filled} -d ${quote(help)}`
}

const offer = (value: Filling): string => {
  if (value.kind === 'file') return ' -F'
  if (value.kind === 'words') return ` -a ${quote(value.words.join(' '))}`
  return value.kind === 'client' ? " -a '(__oauthd_clients)'" : ''
}

const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
