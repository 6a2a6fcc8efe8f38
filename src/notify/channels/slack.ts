import type { MessageContent } from '../../model/alert.ts'
import { bodyParts } from '../message-text.ts'
import { postJson } from './post-json.ts'
import type { Sender } from './sender.ts'

const MOST_IN_A_BLOCK = 3_000

/** Slack's incoming webhooks: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export function slackSender(settings: Readonly<Record<string, string>>): Sender {
  return async ({ content }) => {
    const { status, body } = await postJson('Slack', settings['url']!, JSON.stringify(slackMessage(content)))
    return `${status} ${body}`.trim()
  }
}

function slackMessage(content: MessageContent) {
  return {
    // What notifications show, without the body.
    text: escape(content.subject),
    unfurl_links: false,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: content.subject.slice(0, 150), emoji: false } },
      ...bodyParts(content).map(({ title, text }) => ({
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: `${title === '' ? '' : `*${title}*\n`}${escape(text)}`.slice(0, MOST_IN_A_BLOCK),
        },
      })),
    ],
  }
}

/** Slack reads `<…>` as links and mentions: a record's name must not call a whole channel. */
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
