/** TLS to MySQL and MariaDB: a certificate is verified unless the URL says not to. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

import { mysql } from '../../src/connectors/sql/mysql/mysql.ts'
import { Session } from '../../src/connectors/sql/session.ts'
import { sql } from '../../src/connectors/sql/sql.ts'
import { describeMariaDb } from '../harness/mariadb.ts'

const folder = mkdtempSync(join(tmpdir(), 'concordat-tls-'))
const file = (name: string): string => join(folder, name)
/** A certificate for `db.example`, by an authority of its own: what a server at 127.0.0.1 shows when somebody is in between. */
function makeCertificate(name: string, subject: string): void {
  const options = ['-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', `/CN=${subject}`, '-addext']
  const names = subject === 'localhost' ? 'DNS:localhost,IP:127.0.0.1' : `DNS:${subject}`
  const out = ['-keyout', file(`${name}.key`), '-out', file(`${name}.pem`)]
  execFileSync('openssl', ['req', '-x509', ...options, `subjectAltName=${names}`, ...out], { stdio: 'pipe' })
  chmodSync(file(`${name}.key`), 0o644)
}
chmodSync(folder, 0o755)
makeCertificate('own', 'localhost')
makeCertificate('other', 'db.example')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const serving = (name: string): string[] => [`--ssl-cert=${file(`${name}.pem`)}`, `--ssl-key=${file(`${name}.key`)}`]
const authority = (name: string): string => `sslrootcert=${encodeURIComponent(file(`${name}.pem`))}`

async function cipher(url: string): Promise<unknown> {
  const session = new Session(mysql, url, 10_000)
  try {
    const [row] = await session.query((link) => link.rows(sql`show session status like 'Ssl_cipher'`))
    return row?.[1]
  } finally {
    await session.close()
  }
}
const refused = { code: 'connector.unreachable', message: expect.stringMatching(/^TLS with .* failed/) as string }

describeMariaDb(
  'TLS with a certificate for the host',
  (server) => {
    test.each(['require', 'verify-full', 'verify-ca', 'REQUIRED'])('%s verifies the certificate', async (mode) => {
      const url = `${server().url('mysql')}?sslmode=${mode}`
      await expect(cipher(url)).rejects.toMatchObject(refused)
      expect(await cipher(`${url}&${authority('own')}`)).toMatch(/^TLS|GCM/)
      await expect(cipher(`${url}&${authority('other')}`)).rejects.toMatchObject(refused)
    })

    test('only no-verify takes any certificate', async () => {
      expect(await cipher(`${server().url('mysql')}?sslmode=no-verify`)).toMatch(/^TLS|GCM/)
    })

    test('a mode that is not known is refused, and nothing is sent in the clear', async () => {
      await expect(cipher(`${server().url('mysql')}?sslmode=prefer`)).rejects.toMatchObject({
        code: 'cli.usage',
        cure: expect.stringContaining('verify-full') as string,
      })
      await expect(cipher(`${server().url('mysql')}?sslmode=require&sslrootcert=/none.pem`)).rejects.toMatchObject({
        code: 'cli.usage',
      })
    })
  },
  serving('own'),
)

describeMariaDb(
  'TLS with a certificate for another host',
  (server) => {
    test('the name of the host is verified, too', async () => {
      const url = server().url('mysql')
      for (const mode of ['require', 'verify-full'])
        await expect(cipher(`${url}?sslmode=${mode}&${authority('other')}`)).rejects.toMatchObject(refused)
      expect(await cipher(`${url}?sslmode=verify-ca&${authority('other')}`)).toMatch(/^TLS|GCM/)
    })
  },
  serving('other'),
)
