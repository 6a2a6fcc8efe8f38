import { expect, test } from 'vitest'
import { codeOfFactor } from '../../access/factor.ts'
import { PASSWORD, serious } from '../pages.ts'
import type { Stage } from './stage.ts'

/** Name, and the role in a flow that the invitation gives. */
const INVITED = [
  ['Berta', null],
  ['Teo', null],
  ['Vera', { role: 'Viewer', flow: 'orders' }],
] as const

export function peopleJourneys(stage: Stage): void {
  test('whom a provider’s sign-in was refused is told why, once', async () => {
    const page = await stage.open('stranger', '/sign-in')
    const told = {
      code: 'access.provider-refused',
      message: 'Nobody has invited eve@acme.example.',
      cure: 'Ask an admin.',
    }
    const cookie = { name: 'concordat_refused', value: encodeURIComponent(JSON.stringify(told)), url: stage.base }
    await page.context().addCookies([cookie])
    await page.reload()
    await page.getByText('Nobody has invited eve@acme.example. Ask an admin.').waitFor()
    await page.reload()
    await page.getByRole('button', { name: 'Sign in' }).waitFor()
    expect(await page.getByText('Nobody has invited').count()).toBe(0)
    await page.close()
  }, 30_000)

  test('an admin invites people by links that work once, and they see what their roles allow', async () => {
    const page = await stage.open('ana', '/people')
    for (const [name, role] of INVITED) {
      await page.getByRole('button', { name: 'Invite' }).click()
      const dialog = page.getByRole('dialog', { name: 'Invite' })
      await dialog.getByLabel('Name').fill(name)
      await dialog.getByLabel('E-mail').fill(`${name.toLowerCase()}@levante.example`)
      if (role) {
        await dialog.getByLabel('Role').selectOption({ label: role.role })
        await dialog.getByLabel('Flow').selectOption(role.flow)
      } else await dialog.getByRole('button', { name: 'Remove' }).click()
      await dialog.getByRole('button', { name: 'Invite' }).click()
      await dialog.waitFor({ state: 'detached' })
      await page.getByRole('row', { name: new RegExp(`^${name}`) }).waitFor()
      const link = await page.locator('.note code').textContent()
      const guest = await stage.welcome(name.toLowerCase(), link!)
      await guest.getByRole('heading', { name: role ? /agreement/ : 'You have no role yet' }).waitFor()
      await guest.goto(link!)
      await guest.getByRole('alert').waitFor()
      await guest.close()
    }
    const vera = await stage.open('vera', '/')
    expect(await vera.getByRole('link', { name: 'orders' }).count()).toBeGreaterThan(0)
    expect(await vera.getByRole('link', { name: 'customers' }).count()).toBe(0)
    expect(await vera.getByRole('link', { name: 'People' }).count()).toBe(0)
    await vera.close()
    await page.close()
  }, 90_000)

  test('a token is shown once, opens the API with its rights, and is worth nothing once it is revoked', async () => {
    const page = await stage.open('ana', '/account')
    await page.getByLabel('Name').fill('stock report')
    await page.getByRole('button', { name: 'Create a token' }).click()
    const secret = await page.locator('.note code').textContent()
    const asked = async (method: string, path: string, body?: string): Promise<number> =>
      (
        await fetch(`${stage.base}/api/v1${path}`, {
          method,
          headers: { authorization: `Bearer ${secret}`, ...(body && { 'content-type': 'application/json' }) },
          ...(body && { body }),
        })
      ).status
    expect(await asked('GET', '/flows')).toBe(200)
    expect(await asked('POST', '/flows/orders/pause', '{}')).toBe(403)
    await page.reload()
    await page.getByRole('row', { name: /^stock report/ }).waitFor()
    expect(await page.getByRole('main').textContent()).not.toContain(secret)
    await page
      .getByRole('row', { name: /^stock report/ })
      .getByRole('button', { name: 'Revoke' })
      .click()
    await page.getByText('No tokens.').waitFor()
    expect(await asked('GET', '/flows')).toBe(401)
    await page.close()
  })

  test('a second factor is added with an authenticator, asked for at sign-in, and what others do is told', async () => {
    const page = await stage.open('vera', '/account')
    await page.getByRole('button', { name: 'Add a second factor' }).click()
    await page.getByRole('img', { name: 'QR code for an authenticator app' }).waitFor()
    expect(await serious(page)).toEqual([])
    const secret = (await page.locator('form code').textContent())!
    await page.getByLabel('Authenticator code').fill(codeOfFactor(secret))
    await page.getByRole('button', { name: 'Add a second factor' }).click()
    await page.getByText('10 recovery codes are left').waitFor()
    await page.locator('.note code').nth(9).waitFor()
    const codes = await page.locator('.note code').allTextContents()
    expect(codes).toHaveLength(10)
    await page.getByRole('button', { name: 'Sign out' }).first().click()
    await page.getByLabel('E-mail').fill('vera@levante.example')
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('Authenticator code').fill(codes[0]!)
    expect(await serious(page)).toEqual([])
    await page.getByRole('button', { name: 'Sign in' }).click()
    // Ana invited her, which is told until she says that she has seen it.
    await page.getByText('created this account for you').waitFor()
    await page.getByRole('button', { name: 'Dismiss' }).click()
    await page.getByText('created this account for you').waitFor({ state: 'detached' })
    // Long after, what is of weight asks for the password once more.
    await stage.store.sql(`update browser_session set proved_at = proved_at - interval '1 hour'`)
    await page.goto(`${stage.base}/account`)
    await page.getByRole('button', { name: 'Remove the second factor' }).click()
    const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' })
    await dialog.getByLabel('Current password').fill(PASSWORD)
    await dialog.getByLabel('Authenticator code').fill(codes[1]!)
    expect(await serious(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('button', { name: 'Add a second factor' }).waitFor()
    await page.close()
    stage.expected(/^vera: 401 POST \/api\/v1\/sign-in$|^vera: 403 DELETE \/api\/v1\/second-factor$/)
  }, 90_000)
}
