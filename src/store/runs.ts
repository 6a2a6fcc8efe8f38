import type { RunKind, RunStatus } from '../model/words.ts'
import type { Session } from './database.ts'

export async function beginRun(
  session: Session,
  run: { flowId: number; contractId: number; kind: RunKind; now: Date },
): Promise<string> {
  // A run that never ended (its process died) is closed by the next one.
  const [row] = await session.query<{ id: string }>(
    `with ended as (
       update run set status = 'failed', finished_at = $4, message = 'The process ended before the run did.'
       where flow_id = $1 and status = 'running')
     insert into run (flow_id, contract_id, kind, status, started_at) values ($1, $2, $3, 'running', $4) returning id`,
    [run.flowId, run.contractId, run.kind, run.now],
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
