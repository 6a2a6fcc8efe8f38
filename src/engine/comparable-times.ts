import type { Flow } from '../contract/contract.ts'
import { listed, systemTitle } from '../contract/phrases.ts'
import { ConcordatError } from '../model/errors.ts'
import { countsChanges, type Side } from './side.ts'

/**
 * The newest change can only win among systems that say alike when a record changed. Throws where one of those that hold such a
 * field gives times and another a number that grows with every write.
 */
export function refuseIncomparableTimes(flow: Flow, sides: readonly Side[]): void {
  for (const field of flow.fields) {
    if (field.master !== 'shared' || field.onConflict !== 'newest') continue
    const holders = sides.filter(({ system, remote }) => field.mapping[system] && remote.layout.changedAt >= 0)
    const counting = holders.filter((side) => countsChanges(side.remote.layout)).map((side) => systemTitle(side.system))
    const telling = holders.filter((side) => !countsChanges(side.remote.layout)).map((side) => systemTitle(side.system))
    if (counting.length === 0 || telling.length === 0) continue
    throw new ConcordatError(
      'contract.invalid',
      `The newest change of \`${field.name}\` cannot win: \`changed_at\` is a number in ${listed(counting)} and a time in ${listed(telling)}.`,
      {
        cure: 'Give `changed_at` columns of one kind, or choose another answer to `on_conflict`.',
        in: {
          es: `El cambio más reciente del campo ${field.name} no se puede saber: \`changed_at\` es un número en ${listed(counting, 'and', 'es')} y una hora en ${listed(telling, 'and', 'es')}.`,
        },
      },
    )
  }
}
