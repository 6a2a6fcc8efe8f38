import type { RunKind, RunStatus } from '../../model/words.ts'
import type { Session } from '../database/database.ts'

export async function beginRun(
  session: Session,
  run: { flowId: number; contractId: number; kind: RunKind; now: Date },
): Promise<string> {
  // A run that never ended (its process died) is closed by the next one. In real time each batch stands for itself.
  const [row] = await session.query<{ id: string }>(
    `with ended as (
       update run set finished_at = $4, status = case when kind = 'real time' then 'done' else 'failed' end,
         message = case when kind = 'real time' then null else 'The process ended before the run did.' end
       where flow_id = $1 and status = 'running')
     insert into run (flow_id, contract_id, kind, status, started_at) values ($1, $2, $3, 'running', $4) returning id`,
    [run.flowId, run.contractId, run.kind, run.now],
  )
  return row!.id
}

/** Begins a run that is undone in the end; no other run knows of it. */
export async function beginRehearsedRun(
  session: Session,
  run: { flowId: number; contractId: number; now: Date },
): Promise<string> {
  const [row] = await session.query<{ id: string }>(
    `insert into run (flow_id, contract_id, kind, status, started_at) values ($1, $2, 'incremental', 'running', $3) returning id`,
    [run.flowId, run.contractId, run.now],
  )
  return row!.id
}

export async function endRun(
  session: Session,
  id: string,
  end: {
    status: RunStatus
    report: object
    message: string | null
    now: Date
    /** Kind of the failure, and the system that it came from. */
    error?: { code: string; system: string | null }
  },
): Promise<void> {
  await session.execute(
    `update run set status = $2, report = $3, message = $4, finished_at = $5, error_code = $6, error_system = $7
     where id = $1`,
    [
      id,
      end.status,
      JSON.stringify(end.report),
      end.message,
      end.now,
      end.error?.code ?? null,
      end.error?.system ?? null,
    ],
  )
}

/** Notes how far a run has come that goes on; false when another run of the flow has begun since. */
export async function noteRun(session: Session, id: string, report: object): Promise<boolean> {
  const touched = await session.execute(`update run set report = $2 where id = $1 and status = 'running'`, [
    id,
    JSON.stringify(report),
  ])
  return touched === 1
}
