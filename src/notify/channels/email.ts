import nodemailer from 'nodemailer'
import { ConcordatError } from '../../model/errors.ts'
import { plainText } from '../message-text.ts'
import { type Sender, shortName } from './sender.ts'

/** Mail by SMTP, as plain text. Mails of one alert are one thread. */
export function emailSender(settings: Readonly<Record<string, string>>): Sender {
  const from = settings['from']!
  const domain = /@([^\s>]+)/.exec(from)?.[1] ?? 'concordat'
  const transport = nodemailer.createTransport({
    url: settings['url']!,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return async ({ key, content, people }) => {
    try {
      const sent = await transport.sendMail({
        from,
        to: people.map(({ name, email }) => ({ name, address: email })),
        subject: content.subject,
        text: `${plainText(content)}\n`,
        messageId: `<${shortName(key)}@${domain}>`,
        references: [`<${shortName(content.alert)}@${domain}>`],
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
      const refused = sent.rejected.length
      if (refused > 0)
        throw new ConcordatError(
          'notify.undelivered',
          `The mail server refused ${refused} of ${people.length} addresses.`,
        )
      return /^\d{3}[^\r\n]{0,200}/.exec(sent.response)?.[0] ?? 'accepted'
    } catch (error) {
      throw error instanceof ConcordatError ? error : undelivered(error as SmtpError)
    }
  }
}

interface SmtpError {
  readonly code?: string
  readonly responseCode?: number
}

/** What the server said may repeat addresses or credentials: only its number is told on. */
function undelivered({ code, responseCode }: SmtpError): ConcordatError {
  if (code === 'EAUTH')
    return new ConcordatError('notify.undelivered', 'The mail server refuses the credentials.', { retry: 'never' })
  if (responseCode !== undefined)
    return new ConcordatError('notify.undelivered', `The mail server answered ${responseCode}.`, {
      retry: responseCode >= 500 ? 'never' : 'later',
    })
  return new ConcordatError('notify.undelivered', `The mail server does not answer (${code ?? 'no connection'}).`, {
    retry: 'later',
  })
}
