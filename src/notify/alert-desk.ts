import { routeOf } from '../contract/channel.ts'
import type { Contract } from '../contract/contract.ts'
import type { Alert, AlertEvent, MessageContent } from '../model/alert.ts'
import { ConcordatError } from '../model/errors.ts'
import type { Language } from '../model/language.ts'
import { titleIn } from '../model/title.ts'
import type { AlertStanding, AlertView, ChannelTest } from '../model/report.ts'
import type { Session } from '../store/database/database.ts'
import { type MessageFate, messagesOf, queueMessages, undelivered } from '../store/alerts/alert-messages.ts'
import {
  acknowledgeAlert,
  alertPage,
  countOpenAlerts,
  findAlert,
  listAlerts,
  muteAlert,
  type AlertSearch,
} from '../store/alerts/alerts.ts'
import type { Recipient } from './channels/sender.ts'
import { contentOf } from './message-text.ts'
import { knownChannels } from './outbox.ts'
import { StoreLoss } from './store-loss.ts'
import { linkOf, Watch, type WatchParts } from './watch.ts'

/** An alert, and until when nobody is told of it. */
export interface MutableAlertView extends AlertView {
  readonly muted_until: string | null
  readonly muted_by: string | null
  /** The page that shows what is wrong, below the base URL. */
  readonly path: string
}

/** What people do with alerts: look at them, say that they look after one, try out a channel. */
export class AlertDesk {
  readonly watch: Watch
  readonly #parts: WatchParts
  readonly #loss: StoreLoss

  constructor(parts: WatchParts) {
    this.#parts = parts
    this.watch = new Watch(parts)
    this.#loss = new StoreLoss(parts.contract, this.watch.outbox, parts.clock, parts.storeTrouble)
  }

  /** Says whether the store answered just now: when it is gone for long, its owners are told without it. */
  async storeSeen(there: boolean): Promise<void> {
    await this.#loss.seen(there)
  }

  /** Alerts, open ones first, then the newest. */
  async list({ open = false, limit = 100 }: { open?: boolean; limit?: number } = {}): Promise<readonly AlertView[]> {
    return this.#views(await listAlerts(this.#parts.database, open, limit))
  }

  /** A page of alerts, open ones first, then the newest. */
  async page(
    search: AlertSearch,
    place: Parameters<typeof alertPage>[2],
    language: Language,
  ): Promise<readonly MutableAlertView[]> {
    return this.#views(await alertPage(this.#parts.database, search, place), language)
  }

  /** One alert, as the dashboard tells it where a language is given; throws `notify.unknown-alert`. */
  async find(id: number, language?: Language): Promise<MutableAlertView> {
    const alert = await findAlert(this.#parts.database, id)
    if (alert === null) throw unknownAlert(id)
    return (await this.#views([alert], language))[0]!
  }

  /** Lets nobody be told of an open alert until a moment, except that it ended; null: as ever. */
  async mute(id: number, by: string, until: number | null, language?: Language): Promise<MutableAlertView> {
    const { database } = this.#parts
    if (!(await muteAlert(database, id, by, until === null ? null : new Date(until)))) {
      await this.find(id)
      throw overAlready(id)
    }
    return this.find(id, language)
  }

  async #views(alerts: readonly Alert[], language?: Language): Promise<readonly MutableAlertView[]> {
    const { database, contract } = this.#parts
    const fates = await messagesOf(
      database,
      alerts.map((alert) => alert.id!),
    )
    return alerts.map((alert) => {
      const { condition } = alert
      const said = { ...condition, ...(language && condition.page?.[language]) }
      return {
        alert: Number(alert.id),
        kind: condition.kind,
        state: alert.endedAt !== null ? 'ended' : alert.acknowledged !== null ? 'acknowledged' : 'open',
        flows: condition.flows,
        system: condition.system,
        headline: said.headline,
        sentence: said.happened,
        meaning: said.meaning,
        todo: said.todo,
        count: condition.count,
        records: condition.records.map((one) => ({ ...one, title: titleIn(one.title, language ?? 'en') })),
        since: iso(alert.beganAt),
        ended: alert.endedAt === null ? null : iso(alert.endedAt),
        returns: alert.returns,
        acknowledged_by: alert.acknowledged?.by ?? null,
        messages: fates.filter((fate) => fate.alertId === alert.id).map((fate) => messageView(contract, fate)),
        muted_until: alert.muted === null ? null : iso(alert.muted.until),
        muted_by: alert.muted?.by ?? null,
        path: condition.path,
      }
    })
  }

  /** How many alerts are open, and which messages nobody could be sent; `flows`: what the reader sees, null: everything. */
  async standing(flows: readonly string[] | null = null): Promise<AlertStanding> {
    const { database, contract } = this.#parts
    const lost = await undelivered(database, flows)
    return {
      open: await countOpenAlerts(database, flows),
      undelivered: lost.map((fate) => messageView(contract, fate)),
    }
  }

  /** Takes down that somebody looks after an alert: owners who would be told later are not told any more. */
  async acknowledge(id: number, by: string): Promise<AlertView> {
    const { database, contract, clock, secrets } = this.#parts
    const now = clock()
    await database.transaction(async (session) => {
      const taken = await acknowledgeAlert(session, id, by, new Date(now))
      const alert = await findAlert(session, id)
      if (alert === null) throw unknownAlert(id)
      if (alert.endedAt !== null) throw overAlready(id)
      if (!taken) return
      // Only those that keep a state of their own need to know.
      const keeping = (fate: MessageFate): boolean =>
        fate.sentBy !== null && ['pagerduty', 'webhook'].includes(contract.channels.get(fate.sentBy)?.kind ?? '')
      const told = (await messagesOf(session, [alert.id!])).filter(keeping)
      const parts = { timezone: contract.timezone, link: linkOf(contract, secrets), nameOf: String, now }
      await queueMessages(
        session,
        [...Map.groupBy(told, (fate) => fate.sentBy!)].map(([channel, fates]) => {
          const people = [...new Set(fates.flatMap((fate) => fate.people))]
          const event: AlertEvent = 'acknowledged'
          const route = [channel]
          const decided = { key: `${fates[0]!.key}/${event}/${now}`, event, alert, people, route }
          return { ...decided, alertId: alert.id, content: contentOf(decided, parts) }
        }),
        new Date(now),
      )
    })
    await this.watch.outbox.deliver({ triesPerChannel: 1 })
    return this.find(id)
  }

  /**
   * Tells one person of the contract something about their account, by their own channels; nobody else hears of it where the
   * channel has single recipients. In the transaction that is given: it goes out when that is committed.
   */
  async tellPerson(
    session: Session,
    email: string,
    {
      key,
      subject,
      happened,
      todo,
      language,
    }: { key: string; subject: string; happened: string; todo: string; language: Language },
  ): Promise<void> {
    const { contract, clock, secrets } = this.#parts
    const person = [...contract.people.values()].find((one) => one.email.trim().toLowerCase() === email)
    if (person === undefined) return
    const roles = [...contract.flows.values()].some(({ owners }) => owners.business.key === person.key)
    const route = routeOf(contract, person, roles ? 'business' : 'technical').filter(
      // What is on call there is a trouble that ends; this does not.
      (name) => contract.channels.get(name)?.kind !== 'pagerduty',
    )
    if (route.length === 0) return
    const now = clock()
    const name = `${key} ${person.key}@${new Date(now).toISOString()}`
    const content: MessageContent = {
      event: 'begin',
      alert: name,
      id: null,
      kind: 'account',
      severity: 'warning',
      flows: [],
      system: null,
      since: new Date(now).toISOString(),
      subject: `[Concordat] ${subject}`,
      happened,
      meaning: '',
      todo,
      count: 0,
      records: [],
      link: linkOf(contract, secrets),
      language,
    }
    const message = { key: name, alertId: null, event: 'begin' as const, people: [person.key], route, content }
    await queueMessages(session, [message], new Date(now))
  }

  /** Sends a test message by one channel, or by each; answers what the other side said. Fails for none of them. */
  async test(channel?: string, to?: string): Promise<readonly ChannelTest[]> {
    const { contract, clock, secrets } = this.#parts
    if (channel !== undefined && !contract.channels.has(channel))
      throw new ConcordatError('notify.unknown-channel', `The contract has no channel named ${channel}.`, {
        cure: knownChannels(contract),
      })
    const people = recipients(contract, to)
    const content = testContent(new Date(clock()), linkOf(contract, secrets))
    const tests: ChannelTest[] = []
    for (const name of channel === undefined ? contract.channels.keys() : [channel]) {
      const { kind } = contract.channels.get(name)!
      const who = { channel: name, kind, to: kind === 'email' ? people.map((person) => person.name) : [] }
      try {
        const answer = await this.watch.outbox.send(name, { key: `${content.alert}/${name}`, content, people })
        tests.push({ ...who, good: true, answer })
      } catch (error) {
        if (!(error instanceof ConcordatError)) throw error
        tests.push({ ...who, good: false, answer: [error.message, error.cure].filter(Boolean).join(' ') })
      }
    }
    return tests
  }
}

const unknownAlert = (id: number): ConcordatError =>
  new ConcordatError('notify.unknown-alert', `There is no alert ${id}.`, { cure: '`concordat alerts` lists them.' })

const overAlready = (id: number): ConcordatError =>
  new ConcordatError('notify.unknown-alert', `Alert ${id} is over already.`, {
    cure: '`concordat alerts` lists those that are open.',
  })

/** The person who was named, else all technical owners. */
function recipients(contract: Contract, to: string | undefined): readonly Recipient[] {
  if (to === undefined) return [...new Set([...contract.flows.values()].map((flow) => flow.owners.technical))]
  const person = contract.people.get(to)
  if (person === undefined)
    throw new ConcordatError('cli.usage', `The contract has no person ${to}.`, {
      cure: `It has: ${[...contract.people.keys()].join(', ')}.`,
    })
  return [person]
}

function testContent(now: Date, link: string | null): MessageContent {
  return {
    event: 'test',
    alert: `test@${now.toISOString()}`,
    id: null,
    kind: 'test',
    severity: 'warning',
    flows: [],
    system: null,
    since: now.toISOString(),
    subject: '[Concordat] This is a test',
    happened: 'Somebody tries out whether messages of Concordat arrive here. Nothing is wrong.',
    meaning: '',
    todo: 'Nothing. If you did not expect this message, ask the technical owners.',
    count: 0,
    records: [],
    link,
  }
}

const messageView = (contract: Contract, fate: MessageFate): AlertView['messages'][number] => ({
  event: fate.event,
  to: fate.people.map((person) => contract.people.get(person)?.name ?? person),
  state: fate.state,
  at: iso(fate.at),
  channel: fate.sentBy,
  error: fate.error,
})

const iso = (at: number): string => new Date(at).toISOString()
