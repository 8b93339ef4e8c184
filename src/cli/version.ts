import { readFileSync } from 'node:fs'

/** What `--version` tells. */
export interface Versions {
  readonly oauthd: string
  readonly node: string
  readonly sqlite: string
  readonly platform: string
}

/** The version of this package: two folders up from src/cli and from dist/cli alike. */
export const ownVersion = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  const version =
    typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : ''
  return String(version)
}

export const readVersions = async (): Promise<Versions> => {
  const { engineVersion } = await import('../store/engine-version.ts')
  return {
    oauthd: ownVersion(),
    node: process.versions.node,
    sqlite: engineVersion(),
    platform: `${process.platform}-${process.arch}`,
  }
}

/** `oauthd 0.1.0 (node 24.21.0, sqlite 3.54.1, linux-x64)` */
export const formatVersions = ({ oauthd, node, sqlite, platform }: Versions): string =>
  `oauthd ${oauthd} (node ${node}, sqlite ${sqlite}, ${platform})`
