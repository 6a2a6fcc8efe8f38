import type { FastifyRequest } from 'fastify'
import type { SystemDeclaration } from '../../contract/contract.ts'
import { failureWords, tellFailure } from '../../contract/wording/tell-failure.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { App } from '../../app.ts'
import type { ApiParts } from '../routes.ts'
import { DAY_MS } from './flow-cards.ts'
import {
  systemList,
  systemParams,
  systemTest,
  systemView,
  type SystemItem,
  type SystemTest,
} from './schemas/systems.ts'
import { seenFlows, sees } from './seen-flows.ts'
import type { V1Routes } from './v1-server.ts'

const tags = ['Systems']
const HINTS = 50

/** Systems: how each answers, what waits for it, and trying one out. */
export const systemRoutes: V1Routes = (server, parts) => {
  const { app } = parts
  const contract = app.check.contract!
  /** A system of a flow in which the right is held. */
  const demandSystem = (request: FastifyRequest, right: 'view' | 'operate'): SystemDeclaration => {
    const { system } = request.params as { system: string }
    const found = contract.systems.get(system)
    if (!found)
      throw new ConcordatError('connector.unknown', `The contract names no system ${system}.`, {
        cure: `It names: ${[...contract.systems.keys()].join(', ')}.`,
      })
    const mine = seenFlows(request, right)
    if (mine === null || mine.some((flow) => contract.flows.get(flow)?.systems.includes(system) === true)) return found
    throw new ConcordatError('access.forbidden', 'Your roles do not allow this.', {
      cure: 'An admin gives roles on the page People.',
    })
  }

  server.get(
    '/systems',
    {
      config: { right: 'view' },
      schema: { tags, summary: 'How each system answers, and what waits for it', response: { 200: systemList } },
    },
    async (request) => ({ items: await systemItems(parts, request, [...contract.systems.values()]) }),
  )

  server.get(
    '/systems/:system',
    {
      config: { right: 'view' },
      schema: {
        tags,
        summary: 'One system, with the last hints that it gave',
        params: systemParams,
        response: { 200: systemView },
      },
    },
    async (request) => {
      const system = demandSystem(request, 'view')
      const [item] = await systemItems(parts, request, [system])
      const hints = await app.facts.hintsOf(system.name, seenFlows(request), HINTS)
      return {
        ...item!,
        hints: hints.map((hint) => ({
          at: new Date(hint.at).toISOString(),
          flow: hint.flow,
          remote_id: hint.remoteId,
          message: hint.message,
          done: iso(hint.done),
        })),
      }
    },
  )

  server.post(
    '/systems/:system/test',
    {
      config: { right: 'operate' },
      schema: {
        tags,
        summary: 'Call a system now: does it answer, are its tables as the contract names them, does its feed stand',
        params: systemParams,
        response: { 200: systemTest },
      },
    },
    async (request): Promise<SystemTest> => {
      const { name } = demandSystem(request, 'operate')
      const probe = await app.probeSystem(name)
      const feed = probe.reachable ? await feedOf(parts, name) : null
      await request.audit('system tested', name, { reachable: probe.reachable })
      return { ...tellProbe(probe, name, request), feed }
    },
  )
}

/** What a system answered, and what is not as the contract names it in flows that are seen. */
function tellProbe(
  probe: Awaited<ReturnType<App['probeSystem']>>,
  system: string,
  request: FastifyRequest,
): Omit<SystemTest, 'feed'> {
  const { language } = request
  const { code, answer: message, cure } = probe
  return {
    reachable: probe.reachable,
    took_ms: probe.tookMs,
    answer: code === null ? message : tellFailure({ code, system, message }, language)!,
    cure: code === null || language === 'en' ? cure : (failureWords(code, system)?.cure ?? null),
    drift: probe.drift
      .filter(({ flow }) => sees(request, flow))
      .map(({ flow, table, ...failure }) => ({
        flow,
        table,
        message: tellFailure({ ...failure, system }, language)!,
      })),
  }
}

/** What of the feed stands; null when it cannot be told now. */
async function feedOf({ app }: ApiParts, system: string): Promise<SystemTest['feed']> {
  try {
    const { state, waiting, notes } = await app.feed(system)
    return { state, waiting, notes: [...notes] }
  } catch (error) {
    if (error instanceof ConcordatError) return null
    throw error
  }
}

/** Systems of the flows that are seen, with what is known of them in those flows. */
async function systemItems(
  { app: { check, facts } }: ApiParts,
  request: FastifyRequest,
  systems: readonly SystemDeclaration[],
): Promise<SystemItem[]> {
  const dayAgo = new Date(Date.now() - DAY_MS)
  const all = seenFlows(request) === null
  const { healths, budgets, figures, standings, written, webhooks } = await facts.ofSystems(seenFlows(request), dayAgo)
  return systems.flatMap(({ name, connector, settings }): SystemItem[] => {
    const flows = [...check.contract!.flows.values()].filter(
      (flow) => flow.systems.includes(name) && sees(request, flow.name),
    )
    if (flows.length === 0 && !all) return []
    const mine = <T extends { flow: string; system: string }>(rows: readonly T[]) =>
      rows.filter((row) => row.system === name && flows.some((flow) => flow.name === row.flow))
    const health = healths.find((one) => one.system === name)
    const looked = mine(figures).flatMap((one) => one.looked ?? [])
    const count = (refused: boolean): number =>
      mine(written)
        .filter((one) => one.refused === refused)
        .reduce((sum, one) => sum + one.count, 0)
    const webhook = webhooks.find((one) => one.system === name)
    return [
      {
        system: name,
        connector,
        status: health ? 'trouble' : looked.length === 0 ? 'never called' : 'ok',
        trouble: health
          ? {
              failures: health.failures,
              since: iso(health.since),
              next_try: iso(health.retryAt),
              asked_wait: health.askedWait,
              code: health.code,
              message: tellFailure({ ...health, system: name }, request.language),
            }
          : null,
        last_look: looked.length === 0 ? null : iso(Math.max(...looked)),
        rate: { limit: settings['rate_limit'] ?? null, booked_ahead_seconds: (budgets.get(name) ?? 0) / 1000 },
        flows: flows.map((flow) => {
          const figure = mine(figures).find((one) => one.flow === flow.name)
          return {
            flow: flow.name,
            table: flow.records[name]!.object,
            backlog: figure?.waiting ?? 0,
            quarantined: figure?.quarantined ?? 0,
            held: mine(standings).find((one) => one.flow === flow.name)?.held ?? 0,
          }
        }),
        last_day: { written: count(false), refused: count(true) },
        webhook:
          settings['webhook_secret'] === undefined
            ? null
            : { received_day: webhook?.received ?? 0, waiting: webhook?.waiting ?? 0, last: iso(webhook?.last) },
      },
    ]
  })
}

const iso = (at: number | string | null | undefined): string | null =>
  at === null || at === undefined ? null : new Date(at).toISOString()
