import type { Load } from './load.ts'
import type { FormRequest } from './request.ts'

/**
 * A script for wrk that sends the requests of a file in turn; a file, since a script holds 65,536 texts at
 * the most. They are formatted once, before the first is sent.
 */
export const wrkScript = (file: string): string => `local requests = {}
local turn = 0
function init(args)
  for line in io.lines(${JSON.stringify(file)}) do
    local method, path, body, rest = line:match("^(.-)\\t(.-)\\t(.-)\\t(.*)$")
    local headers = {}
    for name, value in rest:gmatch("(.-)\\t(.-)\\t") do headers[name] = value end
    requests[#requests + 1] = wrk.format(method, path, headers, body)
  end
end
function request()
  turn = turn % #requests + 1
  return requests[turn]
end
`

/** The file of the requests, one a line. Paths, forms and headers have no tabs. */
export const wrkRequests = (requests: readonly FormRequest[]): string =>
  requests
    .map(({ method = 'POST', path, headers, body }) =>
      [method, path, body, ...Object.entries(headers).flat(), ''].join('\t'),
    )
    .join('\n')

/** Reads what wrk prints with `--latency`. */
export const readWrk = (text: string): Load => {
  const [, requests, seconds, unit] = /(\d+) requests in ([\d.]+)(m?s|m|h),/.exec(text) ?? []
  if (requests === undefined || seconds === undefined) throw new Error(`wrk printed: ${text}`)
  return {
    requests: Number(requests),
    seconds: milliseconds(seconds, unit) / 1000,
    p50: percentile(text, 50),
    p99: percentile(text, 99),
    failures: failures(text),
  }
}

const percentile = (text: string, percent: number): number => {
  const [, value, unit] = new RegExp(`^\\s+${percent}%\\s+([\\d.]+)(us|ms|s|m)$`, 'm').exec(text) ?? []
  return value === undefined ? Number.NaN : milliseconds(value, unit)
}

const UNITS: Readonly<Record<string, number>> = { us: 0.001, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

const milliseconds = (value: string, unit = 's'): number => Number(value) * (UNITS[unit] ?? Number.NaN)

const failures = (text: string): number => {
  const refused = Number(/Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? 0)
  const broken = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text) ?? []
  return broken.slice(1).reduce((sum, count) => sum + Number(count), refused)
}
