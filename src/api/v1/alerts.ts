import type { FastifyRequest } from 'fastify'
import { routeOf } from '../../contract/channel.ts'
import type { Contract } from '../../contract/contract.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { FlowRight } from '../access/right.ts'
import { cursorOf, placeOf } from './cursor.ts'
import {
  alertItem,
  alertPage,
  alertParams,
  alertQuery,
  channelList,
  channelParams,
  channelTest,
  channelTestBody,
  muteBody,
  type AlertItem,
} from './schemas/alerts.ts'
import { demandFlow, seenFlows, sees } from './seen-flows.ts'
import type { V1Routes } from './v1-server.ts'

const tags = ['Alerts']

/** Alerts: what is wrong, who was told, who looks after it; and the channels. */
export const alertRoutes: V1Routes = (server, { app }) => {
  const { alerts } = app
  /** Names of the people whom the contract names for flows that the request sees. */
  const namesSeen = (request: FastifyRequest): ReadonlySet<string> =>
    new Set(
      [...app.check.contract!.flows.values()]
        .filter(({ name }) => sees(request, name))
        .flatMap(({ owners }) => [owners.business.name, owners.technical.name]),
    )
  /** An alert that the request may do this with: in one of its flows, or in any when it is of none. */
  const allowed = async (request: FastifyRequest, right: FlowRight): Promise<AlertItem> => {
    const found = await alerts.find((request.params as { alert: number }).alert, request.language)
    if (found.flows.length > 0 && !found.flows.some((flow) => sees(request, flow, right)))
      demandFlow(request, found.flows[0]!, right)
    return found
  }

  server.get(
    '/alerts',
    {
      config: { right: 'view' },
      schema: {
        tags,
        summary: 'What is wrong or was, open ones first, and who was told',
        querystring: alertQuery,
        response: { 200: alertPage },
      },
    },
    async (request) => {
      const { limit, cursor, ...search } = request.query
      const place = placeOf(cursor, ['number', 'number'])
      const items = await alerts.page(
        { ...search, flows: seenFlows(request) },
        { after: place && { ended: place[0] === 1, id: place[1] }, limit },
        request.language,
      )
      const last = items.length === limit ? items.at(-1)! : null
      const { open, undelivered } = await alerts.standing(seenFlows(request))
      return {
        items: items.map((one) => shownTo(request, one, namesSeen(request))),
        next_cursor: last === null ? null : cursorOf([last.state === 'ended' ? 1 : 0, last.alert]),
        open,
        undelivered,
      }
    },
  )

  server.get(
    '/alerts/:alert',
    {
      config: { right: 'view' },
      schema: { tags, summary: 'One alert', params: alertParams, response: { 200: alertItem } },
    },
    async (request) => shownTo(request, await allowed(request, 'view'), namesSeen(request)),
  )

  server.post(
    '/alerts/:alert/acknowledge',
    {
      config: { right: 'decide' },
      schema: {
        tags,
        summary: 'Say that one looks after it: owners who would be told later are not told any more',
        params: alertParams,
        response: { 200: alertItem },
      },
    },
    async (request): Promise<AlertItem> => {
      const { alert } = await allowed(request, 'decide')
      await alerts.acknowledge(alert, request.who.name)
      await request.audit('alert acknowledged', String(alert))
      return shownTo(request, await alerts.find(alert, request.language), namesSeen(request))
    },
  )

  server.post(
    '/alerts/:alert/mute',
    {
      config: { right: 'operate' },
      schema: {
        tags,
        summary: 'Let nobody be told of it until a moment, except that it ended',
        params: alertParams,
        body: muteBody,
        response: { 200: alertItem },
      },
    },
    async (request): Promise<AlertItem> => {
      const { alert } = await allowed(request, 'operate')
      const { until } = request.body
      const muted = await alerts.mute(
        alert,
        request.who.name,
        until === null ? null : Date.parse(until),
        request.language,
      )
      await request.audit(until === null ? 'alert unmuted' : 'alert muted', String(alert), { until })
      return shownTo(request, muted, namesSeen(request))
    },
  )

  server.get(
    '/channels',
    {
      config: { right: 'view' },
      schema: { tags, summary: 'By what ways people are told', response: { 200: channelList } },
    },
    (request) => ({
      items: [...app.check.contract!.channels].map(([channel, { kind }]) => ({
        channel,
        kind,
        people: reachedBy(app.check.contract!, channel, (flow) => sees(request, flow)),
      })),
    }),
  )

  server.post(
    '/channels/:channel/test',
    {
      config: { right: 'operate' },
      schema: {
        tags,
        summary: 'Send a test message, and see what the other side says',
        params: channelParams,
        body: channelTestBody,
        response: { 200: channelTest },
      },
    },
    async (request) => {
      const { channel } = request.params
      const { to } = request.body
      if (to !== undefined && !app.check.contract!.people.has(to))
        throw new ConcordatError('access.unknown', `The contract has no person ${to}.`, {
          cure: 'Leave out the person, to try it out with the technical owners.',
        })
      const [tested] = await alerts.test(channel, to)
      await request.audit('channel tested', channel, { good: tested!.good })
      return tested!
    },
  )
}

/** Names of the owners, of flows that are seen, who are told by a channel. */
function reachedBy(contract: Contract, channel: string, seen: (flow: string) => boolean): string[] {
  const flows = [...contract.flows.values()].filter(({ name }) => seen(name))
  const owners = flows.flatMap(({ owners: { business, technical } }) => [
    { person: business, role: 'business' as const },
    { person: technical, role: 'technical' as const },
  ])
  const told = owners.filter(({ person, role }) => routeOf(contract, person, role).includes(channel))
  return [...new Set(told.map(({ person }) => person.name))]
}

/** An alert without what it says of flows, and people, that the request does not see. */
function shownTo<Item extends AlertItem>(request: FastifyRequest, alert: Item, names: ReadonlySet<string>): Item {
  const flows = alert.flows.filter((flow) => sees(request, flow))
  if (flows.length === alert.flows.length) return alert
  const messages = alert.messages.flatMap((message) => {
    const to = message.to.filter((name) => names.has(name))
    return to.length === 0 ? [] : [{ ...message, to }]
  })
  // The sentences name all flows that it is about; the headline names the one thing that is the cause.
  return { ...alert, flows, messages, sentence: `${alert.headline}.`, meaning: '', todo: '', records: [], count: 0 }
}
