/** What one does while another takes the right to it away is not done, nor does it outlive that. */
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'

import { openStand, type Stand } from '../api/stand.ts'
import { addPerson, PASSWORD } from '../harness/account.ts'
import { browserAt, codeOf, type Browser } from './browser.ts'

const OTHER = 'tractor violet seldom harbour'
/** As `store/accounts.ts` locks. */
const ACCOUNTS_LOCK = 7_261_910

async function signedIn(stand: Stand, email: string): Promise<Browser> {
  const browser = browserAt(stand.url)
  expect((await browser.signIn(email, PASSWORD)).status).toBe(200)
  return browser
}

/** A transaction of somebody else's; `whenWaiting`: ends it as soon as another one waits for it. */
async function held(stand: Stand, ...statements: string[]) {
  const client = new pg.Client({ connectionString: stand.store.url })
  await client.connect()
  onTestFinished(() => client.end())
  await client.query('begin')
  for (const statement of statements) await client.query(statement)
  return {
    async whenWaiting() {
      await expect
        .poll(
          () =>
            stand.store.value(
              `select count(*) > 0 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
            ),
          { timeout: 20_000 },
        )
        .toBe(true)
      await client.query('commit')
    },
  }
}

test('who signs in by a password that is being changed, or to an account that is being disabled, is not let in', async () => {
  const stand = await openStand()
  const id = await addPerson(stand.database, 'ana@acme.example')
  for (const change of [
    `update account set password = 'scrypt$1$1$1$x$y' where id = ${id}`,
    `update account set disabled_at = now() where id = ${id}`,
  ]) {
    const before = await stand.store.value(`select password from account where id = ${id}`)
    const changing = await held(stand, change, `delete from browser_session where account_id = ${id}`)
    const answer = browserAt(stand.url).ask('POST', '/sign-in', { email: 'ana@acme.example', password: PASSWORD })
    await changing.whenWaiting()
    expect((await answer).status).toBe(401)
    expect(await stand.store.value('select count(*) from browser_session')).toBe('0')
    await stand.store.sql(`update account set disabled_at = null, password = '${String(before)}' where id = ${id}`)
  }
})

test('a token is not made in a session that is being ended', async () => {
  const stand = await openStand({}, { admin: false })
  const id = await addPerson(stand.database, 'ana@acme.example')
  const ana = await signedIn(stand, 'ana@acme.example')
  const ending = await held(
    stand,
    `delete from browser_session where account_id = ${id}`,
    `delete from api_token where account_id = ${id}`,
  )
  const answer = ana.ask('POST', '/tokens', { name: 'mine', rights: ['view'], flows: null, days: null })
  await ending.whenWaiting()
  expect((await answer).status).toBe(401)
  expect(await stand.store.value('select count(*) from api_token')).toBe('0')
})

test('an admin who stops being one does nothing any more that waited for its turn', async () => {
  const stand = await openStand({}, { admin: false })
  await addPerson(stand.database, 'boss@acme.example', [{ role: 'admin' }])
  const eve = await addPerson(stand.database, 'eve@acme.example', [{ role: 'admin' }])
  const ana = await addPerson(stand.database, 'ana@acme.example')
  for (const [method, path, body] of [
    ['POST', `/people/${ana}/reset`, {}],
    ['POST', '/people', { email: 'new@acme.example', name: 'New', roles: [{ flow: null, role: 'admin' }] }],
    ['PATCH', `/people/${ana}`, { roles: [{ flow: null, role: 'admin' }] }],
  ] as const) {
    const browser = await signedIn(stand, 'eve@acme.example')
    const taking = await held(
      stand,
      `select pg_advisory_xact_lock(${ACCOUNTS_LOCK})`,
      `delete from account_role where account_id = ${eve}`,
    )
    const answer = browser.ask(method, path, body)
    await taking.whenWaiting()
    expect((await answer).status, path).toBe(403)
    await stand.store.sql(`insert into account_role (account_id, flow, role) values (${eve}, '*', 'admin')`)
  }
  expect(await stand.store.value('select count(*) from one_time_link')).toBe('0')
  expect(await stand.store.value('select count(*) from account')).toBe('3')
})

test('links that somebody made end when they are disabled, or no admin any more, or reset', async () => {
  const stand = await openStand({}, { admin: false })
  await addPerson(stand.database, 'boss@acme.example', [{ role: 'admin' }])
  const eve = await addPerson(stand.database, 'eve@acme.example', [{ role: 'admin' }])
  const ana = await addPerson(stand.database, 'ana@acme.example')
  const boss = await signedIn(stand, 'boss@acme.example')
  for (const end of [{ disabled: true }, { roles: [] }]) {
    const browser = await signedIn(stand, 'eve@acme.example')
    const { link } = await browser.must<{ link: string }>('POST', `/people/${ana}/reset`, {})
    await boss.must('PATCH', `/people/${eve}`, { name: 'Eve' })
    const token = new URL(link, 'http://x').searchParams.get('token')!
    expect((await browserAt(stand.url).ask('POST', '/link', { token })).status).toBe(200)
    await boss.must('PATCH', `/people/${eve}`, end)
    expect((await browserAt(stand.url).ask('POST', '/setup', { token, password: OTHER })).status).toBe(410)
    await boss.must('PATCH', `/people/${eve}`, { disabled: false, roles: [{ flow: null, role: 'admin' }] })
  }
  // Whoever had taken Eve's account over made it, and she has it back.
  const thief = await signedIn(stand, 'eve@acme.example')
  const { link } = await thief.must<{ link: string }>('POST', `/people/${ana}/reset`, {})
  const back = await boss.must<{ link: string }>('POST', `/people/${eve}/reset`, {})
  const tokenOf = (one: string) => new URL(one, 'http://x').searchParams.get('token')!
  const own = { token: tokenOf(back.link), password: OTHER }
  expect((await browserAt(stand.url).ask('POST', '/setup', own)).status).toBe(200)
  expect((await browserAt(stand.url).ask('POST', '/link', { token: tokenOf(link) })).status).toBe(410)
})

test('to change the password is no fresh proof: who has no code does not take the second factor away', async () => {
  const stand = await openStand({}, { admin: false })
  const id = await addPerson(stand.database, 'ana@acme.example')
  const found = await signedIn(stand, 'ana@acme.example')
  await stand.store.sql(`update account set totp_secret = 'JBSWY3DPEHPK3PXP', totp_since = now() where id = ${id}`)
  await stand.store.sql(`update browser_session set proved_at = now() - interval '1 hour'`)
  await found.must('POST', '/password', { current: PASSWORD, password: OTHER })
  await found.session()
  expect(await codeOf(await found.ask('DELETE', '/second-factor'))).toBe('access.not-fresh')
  expect((await found.must<{ since: string | null }>('GET', '/second-factor')).since).not.toBe(null)
})
