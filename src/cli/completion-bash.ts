import type { Filling, Tree, TreeFlag } from './completion.ts'

/**
 * Works without the bash-completion package and in bash 3.2; never evaluates what was typed. bash
 * splits words at colons, so the line is split again at blanks, and what stands before the last
 * colon is cut from the answers.
 */
export const bashScript = ({ globals, commands }: Tree): string => {
  const dynamic = commands.some(({ name }) => name === 'client:list')
  return `# bash completion for oauthd; written by: oauthd completion bash
_oauthd() {
  local line="\${COMP_LINE:0:COMP_POINT}" words cur prev command='' operands=0 i kind='' list=''
  local -a db
  db=()
  read -ra words <<< "$line"
  case "$line" in *[[:space:]]) words[\${#words[@]}]='' ;; esac
  cur="\${words[\${#words[@]}-1]}"
  prev="\${words[\${#words[@]}-2]}"
  for ((i = 1; i < \${#words[@]} - 1; i++)); do
    case "\${words[i]}" in
      --db) db=(--db "\${words[i+1]}"); i=$((i + 1)) ;;
      ${valueFlags(globals.filter(({ flag }) => flag !== '--db'))}) i=$((i + 1)) ;;
      -*) case "$command \${words[i]}" in
        ${
          commands
            .map(({ name, flags }) => valuePatterns(name, flags))
            .filter(Boolean)
            .join('|') || "' '"
        }) i=$((i + 1)) ;;
      esac ;;
      *) if [ -z "$command" ]; then command="\${words[i]}"; else operands=$((operands + 1)); fi ;;
    esac
  done
  case "$command $prev" in
${globals
  .filter(takesValue)
  .map(({ flag, value }) => `    *' ${flag}') ${answer(value, dynamic)} ;;`)
  .join('\n')}
${commands
  .flatMap(({ name, flags }) =>
    flags.filter(takesValue).map(({ flag, value }) => `    '${name} ${flag}') ${answer(value, dynamic)} ;;`),
  )
  .join('\n')}
  esac
  if [ -z "$kind" ]; then
    case "$cur" in
      -*) kind=words; list='${globals.map(({ flag }) => flag).join(' ')}'
        case "$command" in
${commands
  .filter(({ flags }) => flags.length > 0)
  .map(({ name, flags }) => `          '${name}') list="$list ${flags.map(({ flag }) => flag).join(' ')}" ;;`)
  .join('\n')}
        esac ;;
      *) case "$command $operands" in
        ' 0') kind=words; list='${commands.map(({ name }) => name).join(' ')}' ;;
${commands
  .flatMap(({ name, operands }) =>
    operands.map((filling, index) => `        '${name} ${index}') ${answer(filling, dynamic)} ;;`),
  )
  .join('\n')}
      esac ;;
    esac
  fi
  COMPREPLY=()
  case "$kind" in
    file) compopt -o filenames 2>/dev/null; while IFS= read -r i; do COMPREPLY[\${#COMPREPLY[@]}]="$i"; done < <(compgen -f -- "$cur"); return ;;
    client) while IFS= read -r i; do
        case "$i" in "$cur"*) COMPREPLY[\${#COMPREPLY[@]}]="$i" ;; esac
      done < <(oauthd client:list -q \${db[@]+"\${db[@]}"} 2>/dev/null < /dev/null); return ;;
  esac
  while IFS= read -r i; do COMPREPLY[\${#COMPREPLY[@]}]="$i"; done < <(compgen -W "$list" -- "$cur")
  case "$cur$COMP_WORDBREAKS" in
    *:*:*) local before="\${cur%"\${cur##*:}"}"
      for i in "\${!COMPREPLY[@]}"; do COMPREPLY[i]="\${COMPREPLY[i]#"$before"}"; done ;;
  esac
}
complete -F _oauthd oauthd
`
}

const takesValue = ({ value }: TreeFlag): boolean => value.kind !== 'none'

const valueFlags = (flags: readonly TreeFlag[]): string =>
  flags
    .filter(takesValue)
    .map(({ flag }) => flag)
    .join('|')

const valuePatterns = (name: string, flags: readonly TreeFlag[]): string =>
  flags
    .filter(takesValue)
    .map(({ flag }) => `'${name} ${flag}'`)
    .join('|')

const answer = (value: Filling, dynamic: boolean): string => {
  if (value.kind === 'words') return `kind=words; list='${value.words.join(' ')}'`
  if (value.kind === 'client') return dynamic ? 'kind=client' : 'kind=any'
  return `kind=${value.kind}`
}
