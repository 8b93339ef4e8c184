import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { test } from 'node:test'
import { isSubject, parseDn } from '../../src/protocol/distinguished-name.ts'
import { selfSigned, type Wanted } from '../_certificates.ts'

test('RFC 4514 4: the examples of the RFC are read, escapes and several types in a part included', () => {
  assert.deepEqual(parseDn('UID=jsmith,DC=example,DC=net'), [
    '0.9.2342.19200300.100.1.1="jsmith"',
    '0.9.2342.19200300.100.1.25="example"',
    '0.9.2342.19200300.100.1.25="net"',
  ])
  assert.deepEqual(
    parseDn('OU=Sales+CN=J.  Smith,DC=example'),
    parseDn('CN=J.  Smith + OU=Sales, DC=example'),
  )
  assert.deepEqual(parseDn('CN=James \\"Jim\\" Smith\\, III'), ['2.5.4.3="James \\"Jim\\" Smith, III"'])
  assert.deepEqual(parseDn('CN=Before\\0dAfter'), ['2.5.4.3="Before\\rAfter"'])
  assert.deepEqual(parseDn('CN=Lu\\C4\\8Di\\C4\\87'), ['2.5.4.3="Lučić"'])
  assert.deepEqual(parseDn('2.5.4.3=a'), parseDn('cn=a'))
})

test('RFC 4514 3: what is no name, or cannot be told apart, is none', () => {
  const wrong = [
    '',
    'a',
    'CN=',
    '=a',
    'CN=a,',
    ',CN=a',
    'CN=a,,O=b',
    'nonsense=a',
    'CN=a;O=b',
    'CN=a"',
    'CN=\\',
    'CN=\\zz',
  ]
  for (const text of [...wrong, 'CN=#0402', 'CN=a<b', 'CN=a\nO=b', '1=a', '01.2=a', 'CN=a+']) {
    assert.equal(parseDn(text), undefined, text)
  }
})

test('RFC 8705 2.1: a subject is compared part by part, in order, with nothing more and nothing less', async () => {
  const subjectOf = async (name: Wanted['name']): Promise<string> =>
    new X509Certificate((await selfSigned({ name })).cert).subject
  const subject = await subjectOf('C=DE, O="Acme, Inc. + Sons", CN=client')
  assert.ok(isSubject('CN=client,O=Acme\\, Inc. \\+ Sons,C=DE', subject))
  assert.ok(isSubject('cn = client, o=Acme\\2C Inc. \\+ Sons , 2.5.4.6=DE', subject))
  const others = [
    'CN=client',
    'C=DE,O=Acme\\, Inc. \\+ Sons,CN=client',
    'CN=Client,O=Acme\\, Inc. \\+ Sons,C=DE',
  ]
  for (const dn of [
    ...others,
    'CN=client,O=Acme\\, Inc.,C=DE',
    'OU=x,CN=client,O=Acme\\, Inc. \\+ Sons,C=DE',
  ]) {
    assert.equal(isSubject(dn, subject), false, dn)
  }
  const planted = await subjectOf([{ CN: ['client\nO=Acme'] }])
  assert.equal(isSubject('O=Acme,CN=client', planted), false)
  assert.ok(isSubject('CN=client\\0AO=Acme', planted))
  const slashed = await subjectOf('CN="client, O=Acme"')
  assert.equal(isSubject('O=Acme,CN=client', slashed), false)
  assert.ok(isSubject('CN=client\\, O\\=Acme', slashed))
  assert.ok(isSubject('CN=ä ö', await subjectOf('CN=ä ö')))
  assert.equal(isSubject('CN=a', ''), false)
})

test('RFC 4514 2.4, attack: a name of half a million blanks is read in one go', () => {
  const blanks = ' '.repeat(500_000)
  assert.equal(isSubject('CN=x', `CN=x${blanks}x`), false)
  assert.ok(isSubject('CN=x', `CN=x${blanks}`))
})
