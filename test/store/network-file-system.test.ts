import assert from 'node:assert/strict'
import { test } from 'node:test'
import { networkFileSystem } from '../../src/store/network-file-system.ts'

const kindOf = (type: number): string | undefined => networkFileSystem('/x', () => ({ type }))

test('house 4: file systems of another machine are known by their numbers in statfs(2)', () => {
  assert.deepEqual(
    [0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546, 0x00c36400, 0x5346414f].map(kindOf),
    ['NFS', 'SMB', 'CIFS', 'SMB2', '9P', 'FUSE', 'CEPH', 'AFS'],
  )
  assert.deepEqual([0x0bd00bd0, 0x01161970, 0x7461636f].map(kindOf), ['LUSTRE', 'GFS2', 'OCFS2'])
})

test('house 4: a number that a system hands over with its sign is known too', () => {
  assert.equal(kindOf(0xff534d42 | 0), 'CIFS')
})

test('house 4: local file systems, and systems that do not tell, are not warned about', () => {
  // ext4, tmpfs, overlayfs, btrfs, xfs, APFS on macOS, Windows.
  assert.deepEqual(
    [0xef53, 0x01021994, 0x794c7630, 0x9123683e, 0x58465342, 0x1a, 0].map(kindOf).filter(Boolean),
    [],
  )
  const failing = (): never => {
    throw new Error('ENOSYS')
  }
  assert.equal(networkFileSystem('/x', failing), undefined)
  assert.equal(networkFileSystem('/nowhere/at/all'), undefined)
})
