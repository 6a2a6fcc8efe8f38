import type { Contract, Flow, Schedule } from '../contract/contract.ts'
import type { StatusRow } from '../model/report.ts'
import type { FlowStatus } from '../model/words.ts'
import type { Session } from '../store/database.ts'
import { standings, type FlowStanding } from '../store/status.ts'
import { ASKED_TO_STOP } from './flow-work.ts'

/** How each decided flow stands, in the six words that all screens use. */
export async function tellStatus(session: Session, contract: Contract, now: number): Promise<StatusRow[]> {
  const known = new Map((await standings(session)).map((standing) => [standing.flow, standing]))
  return [...contract.flows.values()].map((flow) => {
    const standing = known.get(flow.name)
    const [status, why] = judge(flow, standing, now)
    return {
      flow: flow.name,
      status,
      why,
      last_run:
        standing === undefined || standing.run === null
          ? null
          : {
              run: standing.run,
              status: standing.status!,
              started: iso(standing.started)!,
              finished: iso(standing.finished),
            },
      last_success: iso(standing?.lastSuccess ?? null),
      records: standing?.records ?? 0,
      open_cases: standing?.openCases ?? 0,
      waiting_writes: standing?.waitingWrites ?? 0,
      owners: { business: flow.owners.business.name, technical: flow.owners.technical.name },
    }
  })
}

const STOPPED = 'The last run was asked to stop; the next run goes on where it ended.'

function judge(flow: Flow, standing: FlowStanding | undefined, now: number): [FlowStatus, string] {
  if (!standing || standing.run === null) return ['Never run', 'No run yet.']
  if (standing.status === 'failed') return ['Failing', standing.message ?? 'The last run failed.']
  const asked = standing.status === 'stopped' && standing.message === ASKED_TO_STOP
  if (standing.status === 'stopped' && !asked) return ['Needs you', standing.message ?? 'A limit stopped the last run.']
  const since = standing.lastSuccess === null ? Infinity : now - Date.parse(standing.lastSuccess)
  if (since > flow.lateAfterMs + longestInterval(flow)) {
    const late = 'No run has succeeded within the time that the contract promises.'
    return ['Late', asked ? `${STOPPED} ${late}` : late]
  }
  if (standing.openCases > 0)
    return [
      'Needs you',
      standing.openCases === 1 ? '1 case waits for a decision.' : `${standing.openCases} cases wait for a decision.`,
    ]
  if (asked) return ['On time', STOPPED]
  if (standing.status === 'running') return ['On time', 'A run is under way.']
  const after = standing.realTime ? '; changes since then are carried over as they come' : ''
  return ['On time', `The last run succeeded${after}.`]
}

const longestInterval = (flow: Flow): number => Math.max(0, ...Object.values(flow.schedule).map(interval))

function interval(schedule: Schedule): number {
  switch (schedule.kind) {
    case 'real-time':
      return 0
    case 'every':
      return schedule.ms
    case 'hourly':
      return 3_600_000
    case 'nightly':
    case 'cron':
      return 86_400_000
  }
}

const iso = (at: string | null): string | null => (at === null ? null : new Date(at).toISOString())
