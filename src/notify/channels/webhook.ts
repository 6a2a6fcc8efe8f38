import { Webhook } from 'standardwebhooks'
import type { AlertEvent } from '../../model/alert.ts'
import { ConcordatError } from '../../model/errors.ts'
import { postJson } from './post-json.ts'
import { type Sender, shortName } from './sender.ts'

const TYPES: Record<AlertEvent, string> = {
  begin: 'alert.began',
  again: 'alert.returned',
  escalation: 'alert.escalated',
  recovery: 'alert.ended',
  acknowledged: 'alert.acknowledged',
  test: 'alert.test',
}

/** A webhook signed as https://www.standardwebhooks.com says: the receiver can tell that it is us, and what it had before. */
export function webhookSender(settings: Readonly<Record<string, string>>): Sender {
  let signer: Webhook
  try {
    signer = new Webhook(settings['signing_secret']!)
  } catch {
    throw new ConcordatError('notify.undelivered', 'The signing secret of the webhook is not one.', {
      cure: 'It is `whsec_` and base64 text.',
    })
  }
  return async ({ key, content, people }) => {
    const id = `msg_${shortName(key)}`
    const at = new Date()
    const body = JSON.stringify({
      type: TYPES[content.event],
      timestamp: at.toISOString(),
      data: { ...content, people: people.map((person) => person.name) },
    })
    const { status } = await postJson('The webhook', settings['url']!, body, {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
      'webhook-signature': signer.sign(id, at, body),
    })
    return `${status}`
  }
}
