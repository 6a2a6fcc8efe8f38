import type { MessageContent } from '../../model/alert.ts'
import { bodyParts } from '../message-text.ts'
import { postJson } from './post-json.ts'
import type { Sender } from './sender.ts'

/** A Teams workflow that is triggered by a webhook request and posts the adaptive card that it gets. */
export function teamsSender(settings: Readonly<Record<string, string>>): Sender {
  return async ({ content }) => {
    const { status } = await postJson('Teams', settings['url']!, JSON.stringify(teamsMessage(content)))
    return `${status} accepted`
  }
}

function teamsMessage(content: MessageContent) {
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          // What the list of chats shows.
          fallbackText: content.subject,
          body: [
            textBlock(content.subject, { size: 'Large', weight: 'Bolder' }),
            ...bodyParts(content).flatMap(({ title, text }) => [
              ...(title === '' ? [] : [textBlock(title, { weight: 'Bolder', spacing: 'Medium' })]),
              ...text.split('\n').map((line) => textBlock(line, { spacing: 'Small' })),
            ]),
          ],
          actions: content.link === null ? [] : [{ type: 'Action.OpenUrl', title: 'Open', url: content.link }],
        },
      },
    ],
  }
}

function textBlock(text: string, look: Readonly<Record<string, string>>) {
  return { type: 'TextBlock', text: plain(text), wrap: true, ...look }
}

/** A text block reads Markdown: a record's name is to be shown as it is, and never as a link. */
const plain = (text: string): string => text.replaceAll(/[[\]*_`\\]/g, (sign) => `\\${sign}`)
