import type { Contract, Flow } from '../../contract/contract.ts'
import { inLanguage } from '../../contract/finding.ts'
import { leftOut } from '../../contract/reading/left-out.ts'
import { printSchedule } from '../../contract/schedule/schedule.ts'
import { tellFailure } from '../../contract/wording/tell-failure.ts'
import { ConcordatError } from '../../model/errors.ts'
import { storedIn, type Language } from '../../model/language.ts'
import type { ApiParts } from '../routes.ts'
import { fieldRules, sectionsOf } from './field-rules.ts'
import { DAY_MS, flowCards } from './flow-cards.ts'
import { flowList, flowView, pauseBody, retried, runBody, type FlowList, type FlowView } from './schemas/flows.ts'
import { acted, flowParams } from './schemas/plain.ts'
import { flowOfPath, sees } from './seen-flows.ts'
import type { V1Routes } from './v1-server.ts'

/** Flows: how each stands, and what can be done with it. */
export const flowRoutes: V1Routes = (server, parts) => {
  const { app } = parts
  const tags = ['Flows']
  const written = () => app.facts.written(new Date(Date.now() - DAY_MS))

  server.get(
    '/flows',
    { config: { right: 'view' }, schema: { tags, summary: 'How each flow stands', response: { 200: flowList } } },
    async (request): Promise<FlowList> => ({
      items: flowCards(
        (await app.status(request.language)).filter((row) => sees(request, row.flow)),
        await written(),
      ),
      undecided: leftOut(app.check)
        .filter((one) => sees(request, one.flow))
        .map(({ flow, questions, refersTo }) => ({ flow, questions, refers_to: refersTo })),
    }),
  )

  server.get(
    '/flows/:flow',
    {
      config: { right: 'view', flowOf: flowOfPath },
      schema: {
        tags,
        summary: 'One flow: how fresh, how much, who owns what',
        params: flowParams,
        response: { 200: flowView },
      },
    },
    (request) => flowViewOf(parts, decidedFlow(app.check.contract!, request.params.flow), request.language),
  )

  const operating = { right: 'operate', flowOf: flowOfPath } as const
  server.post(
    '/flows/:flow/pause',
    {
      config: operating,
      schema: {
        tags,
        summary: 'Stop a flow until it is resumed',
        params: flowParams,
        body: pauseBody,
        response: { 200: acted },
      },
    },
    async (request) => {
      const { flow } = request.params
      const { reason } = request.body
      const changed = await app.pause(flow, { by: request.who.name, reason })
      if (changed) await request.audit('flow paused', flow, { reason })
      return { changed }
    },
  )
  server.post(
    '/flows/:flow/resume',
    {
      config: operating,
      schema: { tags, summary: 'Let a paused flow go on', params: flowParams, response: { 200: acted } },
    },
    async (request) => {
      const { flow } = request.params
      const changed = await app.resume(flow)
      if (changed) await request.audit('flow resumed', flow)
      return { changed }
    },
  )
  server.post(
    '/flows/:flow/retry',
    {
      config: operating,
      schema: {
        tags,
        summary: 'Try again what the systems refused',
        params: flowParams,
        response: { 200: retried },
      },
    },
    async (request) => {
      const { flow } = request.params
      const writes = await app.retry(flow)
      await request.audit('refused writes tried again', flow, { writes })
      return { writes }
    },
  )
  server.post(
    '/flows/:flow/run',
    {
      config: operating,
      schema: {
        tags,
        summary: 'Ask for a run as soon as possible',
        params: flowParams,
        body: runBody,
        response: { 202: acted },
      },
    },
    async (request, reply) => {
      const { flow } = request.params
      const { full } = request.body
      await app.askForRun(flow, { full })
      await request.audit('run asked for', flow, { full })
      return reply.code(202).send({ changed: true })
    },
  )
}

/** A decided flow of the contract; throws `engine.unknown-flow`. */
export function decidedFlow(contract: Contract, name: string): Flow {
  const flow = contract.flows.get(name)
  if (flow) return flow
  throw new ConcordatError('engine.unknown-flow', `The contract has no decided flow named ${name}.`, {
    cure: `It has: ${[...contract.flows.keys()].join(', ')}.`,
  })
}

async function flowViewOf({ app }: ApiParts, flow: Flow, language: Language): Promise<FlowView> {
  const now = Date.now()
  const facts = await app.facts.ofFlow(flow.name, new Date(now - DAY_MS))
  const { written: writes, takenOver, standings, figures, budgets, healths, service } = facts
  const row = (await app.status(language)).find((one) => one.flow === flow.name)!
  const sentences = inLanguage(app.check, language).rulebook.find((one) => one.flow === flow.name)!
  const oldest = figures.flatMap((one) => (one.oldest === null ? [] : [one.oldest]))
  return {
    ...flowCards([row], writes)[0]!,
    people: { business: personOf(flow.owners.business), technical: personOf(flow.owners.technical) },
    systems: flow.systems.map((system) => {
      const standing = standings.find((one) => one.system === system)
      const figure = figures.find((one) => one.system === system)
      const trouble = healths.find((one) => one.system === system)
      const limit = app.check.contract!.systems.get(system)?.settings['rate_limit'] ?? null
      const mine = writes.filter((one) => one.system === system)
      const count = (refused: boolean): number =>
        mine.filter((one) => one.refused === refused).reduce((sum, one) => sum + one.count, 0)
      return {
        system,
        table: flow.records[system]!.object,
        master: flow.master === system,
        schedule: flow.schedule[system] ? printSchedule(flow.schedule[system], language) : null,
        next_run: row.next_runs?.find((one) => one.system === system) ?? null,
        looked_at: isoText(standing?.looked),
        scanned_at: isoText(standing?.scanned),
        cursor: standing?.cursor ?? null,
        cursor_age_seconds: ageOf(standing?.cursor?.at, now),
        linked: standing?.linked ?? 0,
        held: standing?.held ?? 0,
        backlog: figure?.waiting ?? 0,
        oldest_waiting: iso(figure?.oldest),
        quarantined: figure?.quarantined ?? 0,
        hints: figure?.hints ?? 0,
        rate: limit === null ? null : { limit, booked_ahead_seconds: (budgets.get(system) ?? 0) / 1000 },
        trouble:
          trouble === undefined
            ? null
            : {
                failures: trouble.failures,
                since: iso(trouble.since),
                next_try: iso(trouble.retryAt),
                message: tellFailure({ ...trouble, system }, language),
              },
        last_day: { taken_over: takenOver.get(system) ?? 0, written: count(false), refused: count(true) },
      }
    }),
    promise: {
      late_after_seconds: flow.lateAfterMs / 1000,
      lag_seconds: oldest.length === 0 ? null : Math.max(0, (now - Math.min(...oldest)) / 1000),
    },
    running: service?.leased ?? false,
    asked: iso(service?.asked?.at),
    failures: service?.failures ?? 0,
    retry_at: iso(service?.retryAt),
    pause: service?.paused
      ? {
          by: service.paused.by,
          since: iso(service.paused.at)!,
          reason: storedIn(service.paused.reason, service.paused.reasonIn, language),
        }
      : null,
    fields: fieldRules(flow, sentences, language),
    rulebook: sectionsOf(sentences),
    fingerprint: flow.fingerprint,
  }
}

const personOf = ({ key, name, email }: Flow['owners']['business']) => ({ key, name, email })

const iso = (at: number | null | undefined): string | null =>
  at === null || at === undefined ? null : new Date(at).toISOString()
const isoText = (at: string | null | undefined): string | null =>
  at === null || at === undefined ? null : new Date(at).toISOString()

/** Cursors are what the system calls a time, or a version that only the system understands. */
function ageOf(cursor: string | undefined, now: number): number | null {
  const at = cursor === undefined || !/^\d{4}-\d\d-\d\d/.test(cursor) ? Number.NaN : Date.parse(cursor)
  return Number.isNaN(at) ? null : Math.max(0, (now - at) / 1000)
}
