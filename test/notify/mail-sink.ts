/** A mail server of our own that keeps what it is sent. */
import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { onTestFinished } from 'vitest'

export interface Mail {
  readonly to: readonly string[]
  readonly headers: ReadonlyMap<string, string>
  readonly subject: string
  readonly text: string
}

export interface MailSink {
  readonly url: string
  readonly port: number
  readonly mails: readonly Mail[]
  /** Mails to this address are refused from now on. */
  refuse(address: string, code: number): void
  close(): Promise<void>
}

/** Starts a mail server that lasts for this test; on the port given, else on any. */
export async function mailSink(options: { port?: number; user?: string; password?: string } = {}): Promise<MailSink> {
  const mails: Mail[] = []
  const refused = new Map<string, number>()
  const server = new SMTPServer({
    authOptional: options.user === undefined,
    disabledCommands: ['STARTTLS', ...(options.user === undefined ? ['AUTH'] : [])],
    allowInsecureAuth: true,
    onAuth: (auth, _, callback) => {
      const good = auth.username === options.user && auth.password === options.password
      callback(good ? null : new Error('Invalid username or password'), good ? { user: auth.username } : undefined)
    },
    onRcptTo: ({ address }, _, callback) => {
      const code = refused.get(address)
      callback(code === undefined ? null : Object.assign(new Error(`<${address}> is unknown`), { responseCode: code }))
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const to = session.envelope.rcptTo.map((recipient) => recipient.address)
        mails.push({ to, ...parse(Buffer.concat(chunks).toString('latin1')) })
        callback(null)
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  let open = true
  const close = (): Promise<void> =>
    open ? new Promise((resolve) => ((open = false), server.close(() => resolve()))) : Promise.resolve()
  onTestFinished(close)
  const login = options.user === undefined ? '' : `${options.user}:${options.password}@`
  return {
    url: `smtp://${login}127.0.0.1:${port}`,
    port,
    mails,
    refuse: (address, code) => refused.set(address, code),
    close,
  }
}

function parse(raw: string): Omit<Mail, 'to'> {
  const end = raw.indexOf('\r\n\r\n')
  const head = raw.slice(0, end).replaceAll(/\r\n[ \t]+/g, ' ')
  const headers = new Map(
    head
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)]),
  )
  const body = raw.slice(end + 4)
  const bytes =
    headers.get('content-transfer-encoding') === 'base64'
      ? Buffer.from(body, 'base64')
      : headers.get('content-transfer-encoding') === 'quoted-printable'
        ? quotedPrintable(body)
        : Buffer.from(body, 'latin1')
  return {
    headers,
    subject: words(headers.get('subject') ?? ''),
    text: bytes.toString('utf8').replaceAll('\r\n', '\n'),
  }
}

const quotedPrintable = (text: string): Buffer =>
  Buffer.from(
    text
      .replaceAll('=\r\n', '')
      .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  )

const words = (text: string): string =>
  text.replaceAll(/=\?utf-8\?([QB])\?([^?]*)\?= ?/gi, (_, how: string, coded: string) =>
    (how.toUpperCase() === 'B' ? Buffer.from(coded, 'base64') : quotedPrintable(coded.replaceAll('_', ' '))).toString(
      'utf8',
    ),
  )
