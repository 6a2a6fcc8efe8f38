import { expect, test } from 'vitest'
import { ConcordatError } from '../../model/errors.ts'
import { resolveSettings, secretFault, secretValues } from './secrets.ts'

const system = (settings: Record<string, string>) => ({ name: 'erp', connector: 'postgres', settings })
const noFiles = () => null

function failure(settings: Record<string, string>, env: Record<string, string>): ConcordatError {
  try {
    resolveSettings(system(settings), { env, readFile: noFiles })
  } catch (error) {
    if (error instanceof ConcordatError) return error
  }
  throw new Error('nothing failed')
}

test('variables and secrets are filled in, several in one setting', () => {
  const source = { env: { U: 'ana', CONCORDAT_SECRET_PW: 'p@ss', HOST: 'db' }, readFile: noFiles }
  expect(resolveSettings(system({ url: 'pg://${env:U}:${secret:PW}@${env:HOST}/erp', port: '5432' }), source)).toEqual({
    url: 'pg://ana:p@ss@db/erp',
    port: '5432',
  })
})

test('a file of the secrets folder comes before the variable and loses its last line break', () => {
  const files: Record<string, string> = { '/run/secrets/PW': 'from file\n' }
  const source = {
    env: { CONCORDAT_SECRETS_DIR: '/run/secrets/', CONCORDAT_SECRET_PW: 'from env' },
    readFile: (path: string) => files[path] ?? null,
  }
  expect(resolveSettings(system({ password: '${secret:PW}' }), source)).toEqual({ password: 'from file' })
})

test('a value that looks like a reference is not resolved again', () => {
  expect(resolveSettings(system({ a: '${env:A}' }), { env: { A: '${env:B}', B: 'x' }, readFile: noFiles })).toEqual({
    a: '${env:B}',
  })
})

test('what is missing is named, what is there is never printed', () => {
  const variable = failure({ url: 'pg://${env:U}:${env:PW}@db' }, { U: 'hunter2' })
  expect(variable).toMatchObject({ code: 'config.missing-secret', cure: 'Set PW and start again.' })
  expect(variable.message).toBe(
    'The setting `url` of the system `erp` needs the environment variable PW, which is not set.',
  )
  expect(variable.message + String(variable.cure)).not.toContain('hunter2')
  expect(failure({ password: '${secret:PW}' }, {}).cure).toBe(
    'Set CONCORDAT_SECRET_PW, or set CONCORDAT_SECRETS_DIR to a folder with a file PW.',
  )
  expect(failure({ password: '${secret:PW}' }, { CONCORDAT_SECRETS_DIR: '/s' }).cure).toContain('into the file PW')
  expect(failure({ a: '${env:EMPTY}' }, { EMPTY: '' }).message).toContain('EMPTY')
})

test.each([
  ['password', 'x', 'clear'],
  ['db_password', 'x', 'clear'],
  ['api-key', 'x', 'clear'],
  ['token', '${env:T}', null],
  ['password', 'prefix-${env:T}', 'clear'],
  ['url', 'pg://u:p@h/db', 'clear'],
  ['url', 'pg://u:p/w@h/db', 'clear'],
  ['url', 'pg://u:${env:P}@h/db', null],
  ['url', 'pg://${env:U}:${env:P}@h/db', null],
  ['url', 'pg://${env:U}:p@h/db', 'clear'],
  ['url', 'pg://u@h:5432/db', null],
  ['url', 'https://h:8443/path/@x', null],
  ['url', 'https://h/x?api_key=abc', 'clear'],
  ['url', 'https://h/x?api_key=${secret:K}', null],
  ['url', '${env:URL', 'malformed'],
  ['url', '${vault:URL}', 'malformed'],
  ['url', '${env:}', 'malformed'],
  ['host', 'db', null],
])('%s: %s is %s', (setting, text, fault) => {
  expect(secretFault(setting, text)).toBe(fault)
})

test('L28 the values that must not get out: secrets, URLs, and the passwords inside them', () => {
  const source = {
    env: {
      ERP_URL: 'postgres://app:p%40ssw0rd@erp/db?token=t0ken-t0ken',
      ERP_DB: 'customers',
      CONCORDAT_SECRET_PD: 'R0UT1NGKEY',
      PW: 'hunter2',
    },
    readFile: () => null,
  }
  const values = secretValues(
    [
      { name: 'erp', settings: { url: '${env:ERP_URL}', database: '${env:ERP_DB}', password: '${env:PW}' } },
      { name: 'pager', settings: { routing_key: '${secret:PD}', other: '${secret:NOT_THERE}' } },
    ],
    source,
  )
  expect(values.toSorted()).toEqual(
    [source.env.ERP_URL, 'p%40ssw0rd', 'p@ssw0rd', 't0ken-t0ken', 'R0UT1NGKEY', 'hunter2'].toSorted(),
  )
})
