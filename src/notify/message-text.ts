import { localTime } from '../contract/wording/local-time.ts'
import { listed } from '../contract/phrases.ts'
import type { AlertEvent, MessageContent } from '../model/alert.ts'
import { alertName } from '../model/alert.ts'
import type { ConditionKind } from '../model/condition.ts'
import type { Decided } from './alert-step.ts'

/*
 * What a message says. The subject names flows, systems and what is wrong with them, and nothing else: it shows on
 * locked screens and in the lists of mail servers. Names of records stand in the body only.
 */

export interface TextParts {
  readonly timezone: string
  /** Base URL of links; null where there are no pages. */
  readonly link: string | null
  /** Names of people by their key. */
  readonly nameOf: (person: string) => string
  readonly now: number
}

const EVENTS: Record<Exclude<AlertEvent, 'test'>, string> = {
  begin: '',
  again: 'Again: ',
  escalation: 'Still: ',
  recovery: 'Over: ',
  acknowledged: 'Acknowledged: ',
}

const SEVERITY: Record<ConditionKind, MessageContent['severity']> = {
  late: 'error',
  failing: 'error',
  'needs you': 'warning',
  stopped: 'error',
  paused: 'warning',
  'system unreachable': 'error',
  'credentials refused': 'error',
  'schema changed': 'error',
  'scheduler dead': 'error',
  'repaired by scan': 'warning',
}

export function contentOf({ event, alert, people }: Decided, parts: TextParts): MessageContent {
  const { condition, id } = alert
  const over = event === 'recovery'
  return {
    event,
    alert: alertName(alert),
    id: id === null ? null : Number(id),
    kind: condition.kind,
    severity: SEVERITY[condition.kind],
    flows: condition.flows,
    system: condition.system,
    since: new Date(alert.beganAt).toISOString(),
    subject: `[Concordat] ${event === 'test' ? '' : EVENTS[event]}${capital(condition.headline)}`,
    happened: [...opening(event, alert, people, parts), ...(over ? [] : [condition.happened])].join(' '),
    meaning: over ? '' : condition.meaning,
    todo: over ? 'Nothing.' : condition.todo,
    count: over ? 0 : condition.count,
    records: over ? [] : condition.records,
    link: parts.link === null ? null : `${parts.link.replace(/\/+$/, '')}${condition.path}`,
  }
}

function opening(event: AlertEvent, alert: Decided['alert'], people: readonly string[], parts: TextParts): string[] {
  const time = (at: number): string => localTime(at, parts.timezone)
  const others = alert.told.filter((told) => !people.includes(told.person))
  switch (event) {
    case 'begin':
    case 'test':
      return []
    case 'again':
      return [
        `This problem is back, ${alert.returns === 1 ? 'for the second time' : `for the ${ordinal(alert.returns + 1)} time`}.`,
      ]
    case 'escalation':
      return [
        `This problem started on ${time(alert.beganAt)}, and nobody has acknowledged it. Already notified: ${listed(others.map((told) => `${parts.nameOf(told.person)} (${time(told.at)})`))}.`,
      ]
    case 'recovery':
      return [
        `This is over: ${alert.condition.headline}. It began on ${time(alert.beganAt)} and ended on ${time(alert.clearedAt ?? parts.now)}.`,
      ]
    case 'acknowledged':
      return [`${alert.acknowledged?.by ?? 'Someone'} is working on this.`]
  }
}

/** The message as plain text, as mail and chat show it. */
export function plainText(content: MessageContent): string {
  return bodyParts(content)
    .map(({ title, text }) => (title === '' ? text : `${title}\n${text}`))
    .join('\n\n')
}

const TITLES = {
  en: { happened: 'What happened', records: 'Which records', meaning: 'What it means', todo: 'What to do' },
  es: { happened: 'Qué ha pasado', records: 'Qué registros', meaning: 'Qué significa', todo: 'Qué hacer' },
} as const

/** The parts of a message's body, in the order in which they are read. */
export function bodyParts(content: MessageContent): readonly { readonly title: string; readonly text: string }[] {
  const { happened, meaning, todo, link, id, language = 'en' } = content
  const titles = TITLES[language]
  const records = recordLines(content)
  const acknowledge =
    id === null || content.event === 'recovery' || content.event === 'acknowledged'
      ? []
      : [{ title: '', text: `To acknowledge this alert: concordat alerts acknowledge ${id}` }]
  return [
    { title: titles.happened, text: happened },
    ...(records.length === 0 ? [] : [{ title: titles.records, text: records.join('\n') }]),
    ...(meaning === '' ? [] : [{ title: titles.meaning, text: meaning }]),
    { title: titles.todo, text: todo.replaceAll('`', '') },
    ...(link === null ? [] : [{ title: '', text: link }]),
    ...acknowledge,
  ]
}

function recordLines({ count, records }: MessageContent): string[] {
  if (count === 0 && records.length === 0) return []
  const lines = records.map(({ title, record }) => `- ${title}${record === null ? '' : ` (record ${record})`}`)
  const more = count - records.length
  if (records.length === 0) return [`${count} ${count === 1 ? 'record' : 'records'}`]
  return more > 0 ? [...lines, `- and ${more} more`] : lines
}

function ordinal(n: number): string {
  const suffix = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n}${suffix}`
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
