import type { FastifyRequest } from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'
import { leftOut } from '../../contract/reading/left-out.ts'
import { type CheckReport, inLanguage } from '../../contract/finding.ts'
import { ConcordatError } from '../../model/errors.ts'
import type { FileState } from '../../model/report.ts'
import { demandRight } from '../access/guard.ts'
import { fieldRules, sectionsOf } from './field-rules.ts'
import { decidedFlow } from './flows.ts'
import { plannedEnd } from './planned-end.ts'
import {
  answerBody,
  answered,
  diffQuery,
  dryRun,
  dryRunBody,
  ruleDiff,
  ruleVersions,
  rules,
  type DryRun,
  type FlowRules,
  type RuleDiff,
  type Rules,
  type RuleVersions,
} from './schemas/rules.ts'
import { demandFlow, sees } from './seen-flows.ts'
import type { V1Routes } from './v1-server.ts'

const tags = ['Rules']
const OPERATIONS = 20
const CASES = 50
const PATIENCE_MS = 20_000
const ASK_AGAIN_MS = 250

/** The rules: as they run, as they were, as the file has them now; open questions, and what a change would do. */
export const ruleRoutes: V1Routes = (server, { app }) => {
  server.get(
    '/rules',
    {
      config: { right: 'view' },
      schema: {
        tags,
        summary: 'The rules in force, in sentences, and what the file says by now',
        response: { 200: rules },
      },
    },
    async (request): Promise<Rules> => {
      const now = app.rules.known()
      return rulesOf(request, inLanguage(app.check, request.language), now, await app.rules.waitsFor(now))
    },
  )

  server.get(
    '/rules/versions',
    {
      config: { right: 'view' },
      schema: { tags, summary: 'All rules that were run by, newest first', response: { 200: ruleVersions } },
    },
    async (): Promise<RuleVersions> => ({
      items: (await app.rules.versions()).map((version) => ({
        version: version.id,
        fingerprint: version.fingerprint,
        published: new Date(version.publishedAt).toISOString(),
        runs: version.runs,
        first_run: version.firstRun === null ? null : new Date(version.firstRun).toISOString(),
        last_run: version.lastRun === null ? null : new Date(version.lastRun).toISOString(),
        current: version.fingerprint === app.check.contract!.fingerprint,
      })),
    }),
  )

  server.get(
    '/rules/diff',
    {
      config: { right: 'view' },
      schema: {
        tags,
        summary: 'What two versions say differently, in sentences and in the file',
        description: 'Who does not see all flows gets the sentences of those that they see, and no lines of the file.',
        querystring: diffQuery,
        response: { 200: ruleDiff },
      },
    },
    async (request): Promise<RuleDiff> => {
      const { from, to, flows, lines } = await app.rules.diff(request.query.from, request.query.to, request.language)
      return {
        from,
        to,
        flows: flows
          .filter(({ flow }) => sees(request, flow))
          .map((one) => ({ ...one, added: [...one.added], removed: [...one.removed] })),
        lines: seesAll(request) ? [...lines] : [],
      }
    },
  )

  server.post(
    '/rules/answer',
    {
      config: { right: 'decide' },
      schema: {
        tags,
        summary: 'Answer an open question in the contract’s file',
        description:
          'Comments and everything else in the file stay as they are. The rules run once both owners have signed them. Questions for the technical owner need the right to operate.',
        body: answerBody,
        response: { 200: answered },
      },
    },
    async (request) => {
      const { flow, setting, answer } = request.body
      const question = app.rules.known().questions.find((open) => open.flow === flow && open.setting === setting)
      demandRight(request, question?.role === 'technical' ? 'operate' : 'decide', flow)
      const report = app.rules.answer(request.body)
      await request.audit('rules answered', flow, { setting, answer })
      const { fingerprint, questions, findings } = fileOf(request, report)
      return { fingerprint, questions, findings }
    },
  )

  server.post(
    '/rules/dry-run',
    {
      config: { right: 'view' },
      schema: {
        tags,
        summary: 'What the rules would change now; writes nothing',
        body: dryRunBody,
        response: { 200: dryRun },
      },
    },
    async (request): Promise<DryRun> => {
      const { flow, file } = request.body
      demandFlow(request, flow, 'view')
      const report = file ? app.rules.known() : app.check
      if (!report.contract)
        throw new ConcordatError('contract.invalid', 'The contract’s file has problems.', {
          cure: 'Mend them first; the page Rules lists them.',
        })
      const { fingerprint } = decidedFlow(report.contract, flow)
      const plan = await betweenRuns(() =>
        file
          ? app.planFile(flow, OPERATIONS, request.language)
          : app.plan({ flows: [flow], limit: OPERATIONS, language: request.language }),
      )
      await request.audit('dry run', flow, { file })
      const [run] = plan.flows
      const { read = 0, created = 0, updated = 0, deleted = 0, held = 0, conflicts = 0 } = run ?? {}
      return {
        flow,
        fingerprint,
        message: run ? plannedEnd(run, request.language) : null,
        counts: { read, created, updated, deleted, held, conflicts },
        writes: run?.writes ?? {},
        operations: plan.operations,
        cases: plan.cases.slice(0, CASES).map(({ kind, title, sentence }) => ({ kind, title, sentence })),
        cases_more: Math.max(0, plan.cases.length - CASES),
      }
    },
  )

  const rulesOf = (request: FastifyRequest, running: CheckReport, now: CheckReport, waitsFor: FileState): Rules => {
    const contract = running.contract!
    const { fingerprint, questions, findings } = fileOf(request, now)
    const whole = seesAll(request)
    const seen = [...contract.flows.values(), ...app.rules.newRules()].filter(({ name }) => sees(request, name))
    const open = new Set(leftOut(running).map(({ flow }) => flow))
    return {
      company: contract.company,
      timezone: contract.timezone,
      fingerprint: contract.fingerprint,
      systems: [...contract.systems.values()]
        .filter(({ name }) => whole || seen.some((one) => one.systems.includes(name)))
        .map(({ name, connector }) => ({ system: name, connector })),
      people: [...contract.people.values()]
        .filter(
          ({ key }) => whole || seen.some(({ owners }) => [owners.business.key, owners.technical.key].includes(key)),
        )
        .map(({ key, name, email }) => ({ key, name, email })),
      flows: running.rulebook
        .filter(({ flow }) => sees(request, flow))
        .map((sentences): FlowRules => {
          const flow = contract.flows.get(sentences.flow)
          return {
            flow: sentences.flow,
            decided: sentences.decided && !open.has(sentences.flow),
            fingerprint: flow?.fingerprint ?? null,
            owners: {
              business: flow ? personOf(flow.owners.business) : null,
              technical: flow ? personOf(flow.owners.technical) : null,
            },
            rulebook: sectionsOf(sentences),
            fields: fieldRules(flow, sentences, request.language),
            questions: running.questions.filter((question) => question.flow === sentences.flow),
          }
        }),
      findings: whole ? running.problems : [],
      file: {
        fingerprint,
        changed:
          fingerprint !== contract.fingerprint ||
          running.questions.filter(({ flow }) => sees(request, flow)).length !== questions.length,
        saved: app.rules.savedAt()?.toISOString() ?? null,
        waits_for: waitsFor,
        questions,
        findings,
      },
    }
  }
}

/** Waits while the flow is being run: a flow in real time is run again and again, each time for a moment. */
async function betweenRuns<T>(work: () => Promise<T>): Promise<T> {
  const until = Date.now() + PATIENCE_MS
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof ConcordatError) || error.code !== 'engine.busy' || Date.now() > until) throw error
      await sleep(ASK_AGAIN_MS)
    }
  }
}

const seesAll = (request: FastifyRequest): boolean => request.who.rights.flowsWith('view') === 'all'

/** What the file says, of the flows that are seen. */
function fileOf(request: FastifyRequest, report: CheckReport) {
  const { contract, questions, problems } = inLanguage(report, request.language)
  return {
    fingerprint: contract?.fingerprint ?? null,
    questions: questions.filter(({ flow }) => sees(request, flow)),
    // They name flows and people of the whole file.
    findings: seesAll(request) ? problems : [],
  }
}

const personOf = ({ key, name, email }: { key: string; name: string; email: string }) => ({ key, name, email })
