import type { Filling, Tree, TreeFlag } from './completion.ts'

/** For $PROFILE, Windows PowerShell 5.1 and PowerShell 7. Nothing offered: PowerShell offers files itself. */
export const powershellScript = ({
  globals,
  commands,
}: Tree): string => `# PowerShell completion for oauthd; written by: oauthd completion powershell
Register-ArgumentCompleter -Native -CommandName oauthd -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $globals = @(${list(globals.map(({ flag }) => flag))})
  $globalValues = @{ ${values(globals)} }
  $flags = @{
${commands.map(({ name, flags }) => `    ${quote(name)} = @(${list(flags.map(({ flag }) => flag))})`).join('\n')}
  }
  $values = @{
${commands.map(({ name, flags }) => `    ${quote(name)} = @{ ${values(flags)} }`).join('\n')}
  }
  $operands = @{
${commands.map(({ name, operands }) => `    ${quote(name)} = @(${operands.map((one) => filling(one)).join(', ')})`).join('\n')}
  }
  $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  $command = ''
  $count = 0
  $pending = $null
  foreach ($word in $words) {
    if ($null -ne $pending) { $pending = $null; continue }
    if ($globalValues.ContainsKey($word)) { $pending = $globalValues[$word]; continue }
    if ($command -and $values.ContainsKey($command) -and $values[$command].ContainsKey($word)) { $pending = $values[$command][$word]; continue }
    if ($word.StartsWith('-')) { continue }
    if (-not $command) { $command = $word } else { $count++ }
  }
  $offered = @()
  if ($null -ne $pending) { $offered = @($pending) }
  elseif ($wordToComplete.StartsWith('-')) { $offered = $globals + @(if ($command -and $flags.ContainsKey($command)) { $flags[$command] }) }
  elseif (-not $command) { $offered = @(${list(commands.map(({ name }) => name))}) }
  elseif ($operands.ContainsKey($command) -and $count -lt $operands[$command].Count) { $offered = @($operands[$command][$count]) }
  if ($offered.Count -eq 1 -and $offered[0] -eq '<client>') { $offered = @(oauthd client:list -q 2>$null) }
  $offered | ForEach-Object { $_ } | Where-Object { $_ -and $_ -like "$wordToComplete*" -and $_ -ne '<any>' } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`

const list = (words: readonly string[]): string => words.map(quote).join(', ')

const values = (flags: readonly TreeFlag[]): string =>
  flags
    .filter(({ value }) => value.kind !== 'none')
    .map(({ flag, value }) => `${quote(flag)} = ${filling(value)}`)
    .join('; ')

const filling = (value: Filling): string => {
  if (value.kind === 'words') return `@(${list(value.words)})`
  return value.kind === 'client' ? `@('<client>')` : `@('<any>')`
}
