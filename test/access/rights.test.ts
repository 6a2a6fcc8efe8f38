/**
 * Walks every route that the server has with everybody whom it could meet, and compares who gets in with this table. The
 * routes are the server's own list: a new one is walked without being named here.
 */
import { expect, test } from 'vitest'

import type { Right } from '../../src/api/access/right.ts'
import { openStand } from '../api/stand.ts'
import { addPerson, addSecret, PASSWORD, type GivenRole } from '../harness/account.ts'
import { browserAt } from './browser.ts'

/** Who has which right in `customers`, and who has it in some flow. */
const TABLE: Readonly<Record<string, { readonly own: readonly Right[]; readonly any: readonly Right[] }>> = (() => {
  const everybody: Right[] = ['public']
  const person: Right[] = ['public', 'signed-in', 'own account']
  const token: Right[] = ['public', 'signed-in']
  const both = (rights: Right[]) => ({ own: rights, any: rights })
  return {
    nobody: both(everybody),
    'without a role': both(person),
    viewer: both([...person, 'view']),
    'viewer of customers': both([...person, 'view']),
    'viewer of orders': { own: person, any: [...person, 'view'] },
    'business owner': both([...person, 'view', 'decide', 'sign']),
    'business owner of orders': { own: person, any: [...person, 'view', 'decide'] },
    'technical owner': both([...person, 'view', 'decide', 'operate', 'sign']),
    'technical owner of orders': { own: person, any: [...person, 'view', 'decide', 'operate'] },
    admin: both([...person, 'view', 'decide', 'operate', 'administer']),
    'token to view': both([...token, 'view']),
    'token to decide': both([...token, 'decide']),
    'token to operate': both([...token, 'operate']),
    'token to administer': both([...token, 'administer']),
    'token to view orders': { own: token, any: [...token, 'view'] },
    'token of a viewer to operate': both(token),
  }
})()

/** Given by an admin; the owners of customers are so by the contract. */
const ROLES: Readonly<Record<string, readonly GivenRole[]>> = {
  'without a role': [],
  viewer: [{ role: 'viewer' }],
  'viewer of customers': [{ flow: 'customers', role: 'viewer' }],
  'viewer of orders': [{ flow: 'orders', role: 'viewer' }],
  'business owner of orders': [{ flow: 'orders', role: 'business owner' }],
  'technical owner of orders': [{ flow: 'orders', role: 'technical owner' }],
  admin: [{ role: 'admin' }],
}

test('every route lets in exactly those who hold its right', { timeout: 180_000 }, async () => {
  const stand = await openStand({ orders: {} }, { admin: false })
  const { database } = stand
  const header: Record<string, Record<string, string>> = { nobody: {} }
  const withSession = async (name: string, email: string, roles: readonly GivenRole[]) => {
    await addPerson(database, email, roles)
    const browser = browserAt(stand.url)
    await browser.signIn(email, PASSWORD)
    const { csrf } = await browser.session()
    header[name] = {
      cookie: [...browser.cookies].map(([key, value]) => `${key}=${value}`).join('; '),
      'x-csrf-token': csrf!,
    }
  }
  for (const [name, roles] of Object.entries(ROLES))
    await withSession(name, `${name.replaceAll(' ', '.')}@acme.example`, roles)
  await stand.store.sql(`delete from throttle`)
  // The owners whom the contract names need nobody to give them their roles.
  await withSession('business owner', 'ana@acme.example', [])
  await withSession('technical owner', 'tomas@acme.example', [])
  const chief = await addPerson(database, 'chief@acme.example', [{ role: 'admin' }])
  const bearer = async (account: string, rights: string[], flows: string[] | null = null) => ({
    authorization: `Bearer ${await addSecret(database, account, rights, flows)}`,
  })
  for (const right of ['view', 'decide', 'operate', 'administer'])
    header[`token to ${right}`] = await bearer(chief, [right])
  header['token to view orders'] = await bearer(chief, ['view'], ['orders'])
  const viewer = await addPerson(database, 'other.viewer@acme.example', [{ role: 'viewer' }])
  header['token of a viewer to operate'] = await bearer(viewer, ['operate'])

  const routes = stand.routes.filter(({ method }) => method !== 'HEAD')
  expect(routes.length).toBeGreaterThan(20)
  expect(Object.keys(header).toSorted()).toEqual(Object.keys(TABLE).toSorted())
  const wrong: string[] = []
  for (const { method, url, right, perFlow } of routes) {
    // Nothing that would be found or understood: who gets in is told that it is not there, who does not, that they may not.
    const path = url.replaceAll(/:flow\b/g, 'customers').replaceAll(/:\w+/g, '987654321')
    for (const [name, headers] of Object.entries(header)) {
      const holds = TABLE[name]![perFlow ? 'own' : 'any'].includes(right)
      // What would end the session that the walk goes on with.
      if (holds && method === 'POST' && /\/(sign-out|password)$/.test(url)) continue
      const abort = new AbortController()
      const answer = await fetch(`${stand.url}${path}`, {
        method,
        headers: { ...headers, ...(method !== 'GET' && { 'content-type': 'application/json' }) },
        ...(method !== 'GET' && method !== 'DELETE' && { body: '{"walk":' }),
        redirect: 'manual',
        signal: abort.signal,
      })
      const refused = answer.status === 401 || answer.status === 403
      const expected = holds ? 'lets in' : name === 'nobody' ? 401 : 403
      const seen = refused ? answer.status : 'lets in'
      if (seen !== expected) wrong.push(`${method} ${url} (${right}) for ${name}: ${seen} instead of ${expected}`)
      abort.abort()
    }
  }
  expect(wrong).toEqual([])
})
