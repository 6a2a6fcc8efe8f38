import { expect, test } from 'vitest'
import { checkPassword } from './password-strength.ts'

const ABOUT = ['rosa@acme.example', 'Rosa Gil', 'Acme Instruments']
const refused = async (password: string): Promise<boolean> => {
  try {
    await checkPassword(password, ABOUT)
    return false
  } catch (error) {
    expect(error).toMatchObject({ code: 'access.bad-password' })
    return true
  }
}

test.each(
  `1q2w3e4r5t6y q1w2e3r4t5y6 1qaz2wsx3edc qazwsxedcrfv 111111222222 sunshine12345 football12345 monkey123456 baseball2024!
   1234567890ab aaaaaabbbbbb trustno1trustno1 abcdefghijklmnop passw0rd1234 P@ssw0rd1234 letmein12345 princess1234
   zaq12wsxcde3 123qweasdzxc contraseña123 barcelona2024 teamoteamo12 Concordat2024! qwertyuiop12 short rosa@acme.example1
   AcmeInstruments7`.split(/\s+/),
)('%s is refused', { timeout: 30_000 }, async (password) => expect(await refused(password)).toBe(true))

test.each([
  'four words of a stranger',
  'tractor violet seldom harbour',
  'girasol lento tambor nevera',
  'kV7#qz!pLw2@xR',
])('%s is taken', { timeout: 30_000 }, async (password) => expect(await refused(password)).toBe(false))

test('what is too long is refused, and told without the password', async () => {
  await expect(checkPassword('x1!'.repeat(100), ABOUT)).rejects.toMatchObject({
    message: 'This password is longer than 200 characters.',
  })
})
