import type { Pause } from '../model/condition.ts'
import type { Session } from '../store/database/database.ts'
import { flowServices } from '../store/service/flow-service.ts'

/** The flows that are paused, for those who judge how flows stand. */
export async function pausesOf(session: Session): Promise<Map<string, Pause>> {
  const services = await flowServices(session, null)
  return new Map(
    services.flatMap(({ flow, paused }) =>
      paused === null
        ? []
        : [
            [
              flow,
              { by: paused.by, since: paused.at, reason: paused.reason || null, reasonIn: paused.reasonIn ?? null },
            ] as const,
          ],
    ),
  )
}
