import { statfsSync } from 'node:fs'

/**
 * Linux's magic numbers (statfs(2), linux/magic.h) of file systems that live on another machine, or
 * may: FUSE and 9P carry local ones too, and do not tell.
 */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9P'],
  [0x65735546, 'FUSE'],
  [0x00c36400, 'CEPH'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x0bd00bd0, 'LUSTRE'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
])

/** Answers as `fs.statfsSync` does; handed in, so that a test needs no network. */
export type FileSystemType = (path: string) => { readonly type: number }

/**
 * The name of the network file system that holds `path`, or `undefined` for a local one and where
 * the system does not tell. A write-ahead log needs memory shared by all its processes, and locks
 * that hold: neither is to be had between two machines (sqlite.org/wal.html, section 2).
 */
export const networkFileSystem = (
  path: string,
  fileSystemType: FileSystemType = statfsSync,
): string | undefined => {
  try {
    // Some systems hand the number over with its sign.
    return NETWORK.get(fileSystemType(path).type >>> 0)
  } catch {
    return undefined
  }
}
