import type { MessageContent } from '../../model/alert.ts'
import { postJson } from './post-json.ts'
import { type Sender, shortName } from './sender.ts'

const EVENTS_URL = 'https://events.pagerduty.com/v2/enqueue'

/**
 * PagerDuty's Events API v2: https://developer.pagerduty.com/docs/send-alert-event. All messages of an alert have one
 * `dedup_key`, so that what is sent twice is one incident. Names of records are personal data and stay with us: an
 * incident says how many there are and where to look.
 */
export function pagerdutySender(settings: Readonly<Record<string, string>>): Sender {
  const send = async (event: object): Promise<string> => {
    const { status, body } = await postJson('PagerDuty', settings['url'] ?? EVENTS_URL, JSON.stringify(event))
    return `${status} ${answerOf(body)}`.trim()
  }
  return async ({ content }) => {
    const event = pagerdutyEvent(settings['routing_key']!, content)
    const answer = await send(event)
    // A test leaves no incident behind.
    return content.event === 'test' ? `${answer}; ${await send({ ...event, event_action: 'resolve' })}` : answer
  }
}

function pagerdutyEvent(routingKey: string, content: MessageContent) {
  const action = content.event === 'recovery' ? 'resolve' : content.event === 'acknowledged' ? 'acknowledge' : 'trigger'
  return {
    routing_key: routingKey,
    event_action: action,
    dedup_key: `concordat-${shortName(content.alert)}`,
    client: 'Concordat',
    ...(content.link !== null && {
      client_url: content.link,
      links: [{ href: content.link, text: 'Open in Concordat' }],
    }),
    payload: {
      summary: content.subject.slice(0, 1024),
      source: content.system ?? content.flows.join(', '),
      severity: content.severity,
      timestamp: content.since,
      component: content.system ?? 'concordat',
      group: content.flows.join(', '),
      class: content.kind,
      custom_details: {
        what_happened: content.happened,
        what_it_means: content.meaning,
        what_to_do: content.todo,
        records: content.count,
      },
    },
  }
}

function answerOf(body: string): string {
  try {
    const { status } = JSON.parse(body) as { status?: unknown }
    return typeof status === 'string' ? status : ''
  } catch {
    return ''
  }
}
