import assert from 'node:assert/strict'
import { test } from 'node:test'
import { bounded } from '../../src/crypto/bounded.ts'
import {
  type Algorithm,
  availableAlgorithms,
  createPasswords,
  generatePassword,
  UncheckableHash,
} from '../../src/crypto/password.ts'
import { readPhc, writePhc } from '../../src/crypto/phc.ts'

const passwords = createPasswords()

/** The reference implementation's own example: m=65536, t=2, p=1, "password", "somesalt". */
const ARGON2_REFERENCE =
  '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'

/** RFC 7914 section 12, the third vector: "pleaseletmein", "SodiumChloride", N=16384, r=8, p=1. */
const SCRYPT_RFC7914 =
  '$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofLVQylVYT8Pz2LUlwUkKpr55h6F3A1lHkDfzwF7RVdYhw'

test('PG-08: the hash that the reference implementation of argon2id writes is checked, and is old', async () => {
  assert.deepEqual(await passwords.verify('password', ARGON2_REFERENCE), { kind: 'right', isOld: true })
  assert.deepEqual(await passwords.verify('Password', ARGON2_REFERENCE), { kind: 'wrong' })
})

test('PG-08, RFC 7914 12: a scrypt hash of a Node without argon2 is checked, and is old', async () => {
  assert.deepEqual(await passwords.verify('pleaseletmein', SCRYPT_RFC7914), { kind: 'right', isOld: true })
  assert.deepEqual(await passwords.verify('pleaseletmeout', SCRYPT_RFC7914), { kind: 'wrong' })
})

test('contract, settled points: a new hash is argon2id with m=19456 KiB, t=2, p=1 and a salt of its own', async () => {
  const [one, two] = [await passwords.hash('correct horse'), await passwords.hash('correct horse')]
  assert.match(one, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  assert.notEqual(one, two)
  assert.deepEqual(await passwords.verify('correct horse', one), { kind: 'right', isOld: false })
  assert.deepEqual(await passwords.verify('correct horse ', one), { kind: 'wrong' })
})

test('PG-08: without argon2 a new hash is scrypt with N=2^17, r=8, p=1', async () => {
  const [best, ...rest] = availableAlgorithms(null)
  assert.deepEqual([best.name, rest.length], ['scrypt', 0])
  const old_node = createPasswords([best])
  const hash = await old_node.hash('correct horse')
  assert.match(hash, /^\$scrypt\$ln=17,r=8,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  assert.deepEqual(await old_node.verify('correct horse', hash), { kind: 'right', isOld: false })
})

test('contract, settled points: a hash that this Node cannot check is an error, never a wrong password', async () => {
  const old_node = createPasswords([availableAlgorithms(null)[0]])
  await assert.rejects(old_node.verify('password', ARGON2_REFERENCE), UncheckableHash)
  for (const hash of [
    '',
    'password',
    '$2b$12$abcdefghijklmnopqrstuu',
    ARGON2_REFERENCE.replace('v=19', 'v=16'),
    ARGON2_REFERENCE.replace('argon2id', 'argon2i'),
    // More memory, passes or lanes than anybody should be made to spend.
    ARGON2_REFERENCE.replace('m=65536', 'm=99999999'),
    ARGON2_REFERENCE.replace('t=2', 't=65'),
    ARGON2_REFERENCE.replace('p=1', 'p=17'),
    ARGON2_REFERENCE.replace('m=65536,', ''),
    SCRYPT_RFC7914.replace('ln=14', 'ln=40'),
    // Cut: the shorter a hash, the more passwords it fits.
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$A',
    '$argon2id$v=19$m=65536,t=2,p=1$A$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
  ]) {
    await assert.rejects(passwords.verify('password', hash), UncheckableHash, hash)
  }
})

test('contract, settled points: the error for a hash that cannot be checked does not hold the hash', async () => {
  await assert.rejects(passwords.verify('password', '$2b$12$abcdefghijklmnopqrstuu'), (error: Error) => {
    assert.doesNotMatch(error.message, /abcdef/)
    return true
  })
})

test('PG-08: pretending costs the same derivation as a check under the current parameters', async () => {
  const asked: string[] = []
  const [best] = availableAlgorithms()
  const counting: Algorithm = {
    ...best,
    derive(password, salt, bytes, parameters) {
      asked.push(JSON.stringify([salt.length, bytes, parameters]))
      return best.derive(password, salt, bytes, parameters)
    },
  }
  const counted = createPasswords([counting])
  const hash = await counted.hash('correct horse')
  asked.length = 0
  assert.deepEqual(await counted.verify('wrong horse', hash), { kind: 'wrong' })
  assert.deepEqual(await counted.pretend('wrong horse'), { kind: 'wrong' })
  assert.equal(asked.length, 2)
  assert.equal(asked[0], asked[1])
})

test('PG-08: a PHC string is read back as it was written, base64 without padding', () => {
  for (const text of [ARGON2_REFERENCE, SCRYPT_RFC7914]) {
    const read = readPhc(text)
    assert.ok(read)
    assert.equal(writePhc(read), text)
  }
})

test('PG-08: so many hashes at a time, so many that wait in their order; one more is refused', async () => {
  const turns = bounded(2, 2)
  const ends: (() => void)[] = []
  const order: number[] = []
  const job = (number: number): Promise<void> =>
    turns(() => {
      order.push(number)
      return new Promise((resolve) => ends.push(resolve))
    })
  const jobs = [job(1), job(2), job(3), job(4)]
  await assert.rejects(job(5), /2 are waiting/)
  assert.deepEqual(order, [1, 2])
  ends[0]?.()
  await jobs[0]
  assert.deepEqual(order, [1, 2, 3])
  ends[1]?.()
  await jobs[1]
  assert.deepEqual(order, [1, 2, 3, 4])
  // Whoever comes now waits in the place that was left.
  const sixth = job(6)
  ends[2]?.()
  ends[3]?.()
  await Promise.all(jobs)
  assert.deepEqual(order, [1, 2, 3, 4, 6])
  ends[4]?.()
  await sixth
})

test('PG-08: a job that fails gives its place up', async () => {
  const turns = bounded(1, 0)
  await assert.rejects(
    turns(() => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.equal(await turns(async () => 'yes'), 'yes')
})

test('contract, user:create: a generated password has 80 random bits in groups that can be read out', () => {
  const made = Array.from({ length: 100 }, generatePassword)
  for (const password of made) assert.match(password, /^([0-9a-hjkmnp-tv-z]{4}-){3}[0-9a-hjkmnp-tv-z]{4}$/)
  assert.equal(new Set(made).size, 100)
})
