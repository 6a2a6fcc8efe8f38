import { expect } from 'vitest'
import { AGREED } from './plays.ts'
import type { Scene } from './stage.ts'

/** All that a scene comes to: what is in both systems, what each of them received, what the log says of it. */
export interface Picture {
  readonly customers: {
    readonly erp: number
    readonly crm: number
    readonly onlyInErp: number
    readonly onlyInCrm: number
  }
  readonly received: Readonly<Record<'erp' | 'crm', Record<string, { times: number; records: number }>>>
  readonly logged: Record<string, { landed: number; records: number }>
  readonly cases: number
  readonly unsettled: number
}

export async function pictureOf(scene: Scene): Promise<Picture> {
  return {
    customers: {
      erp: await scene.figure('erp', 'select count(*) from customers'),
      crm: await scene.figure('crm', 'select count(*) from accounts'),
      ...(await scene.disagreement(AGREED)),
    },
    received: { erp: await scene.received('erp'), crm: await scene.received('crm') },
    logged: await scene.logged(),
    cases: await scene.figure('store', `select count(*) from case_file where state = 'open'`),
    unsettled: await scene.unsettled(),
  }
}

/** The systems agree, each received what the log says (law L23), and nothing of it twice (law L16). */
export function expectSound({ customers, received, logged, unsettled }: Picture): void {
  expect(customers).toMatchObject({ onlyInErp: 0, onlyInCrm: 0, crm: customers.erp })
  expect(unsettled).toBe(0)
  const kinds = { insert: ['create', 'restore'], update: ['update', 'archive'], delete: ['delete'] }
  for (const system of ['erp', 'crm'] as const) {
    for (const [kind, operations] of Object.entries(kinds)) {
      const objects = Object.entries(received[system]).filter(([what]) => what.endsWith(` ${kind}`))
      const landed = operations.reduce((sum, operation) => sum + (logged[`${system} ${operation}`]?.landed ?? 0), 0)
      expect({ system, kind, times: objects.reduce((sum, [, { times }]) => sum + times, 0) }).toEqual({
        system,
        kind,
        times: landed,
      })
      for (const [what, { times, records }] of objects)
        if (kind !== 'update') expect({ what, times }).toEqual({ what, times: records })
    }
  }
}
