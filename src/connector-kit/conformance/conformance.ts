import { Bench } from './bench.ts'
import { connectionConformance } from './connection.ts'
import { catalogueConformance } from './catalogue.ts'
import { readingConformance } from './reading.ts'
import { filtersConformance } from './filters.ts'
import { changesConformance } from './changes.ts'
import { creatingConformance } from './creating.ts'
import { updatingConformance } from './updating.ts'
import { childRowsConformance } from './child-rows.ts'
import { feedsConformance } from './feeds.ts'
import type { ConformanceRunner, ConformanceSystem } from './system.ts'

/*
 * What every connector must do, as tests against a real system. A connector is done when this passes.
 */

const GROUPS = {
  connection: connectionConformance,
  catalogue: catalogueConformance,
  reading: readingConformance,
  filter: filtersConformance,
  changes: changesConformance,
  creating: creatingConformance,
  'updating and deleting': updatingConformance,
  'child rows': childRowsConformance,
  'change feed': feedsConformance,
}

/** Runs the suite with the functions of a test runner. `make` is called once. */
export function connectorConformance(
  name: string,
  runner: ConformanceRunner,
  make: () => Promise<ConformanceSystem>,
): void {
  const { describe, beforeAll, afterAll, beforeEach } = runner
  const bench = new Bench(runner)
  describe(`${name} connector`, () => {
    beforeAll(async () => {
      bench.system = await make()
      bench.connector = bench.system.connect()
    }, 120_000)
    afterAll(async () => {
      await bench.connector.close()
      await bench.system.close()
    })
    beforeEach(async () => {
      await bench.system.reset()
      await bench.system.insert('countries', { code: 'ES', name: 'Spain' })
      await bench.system.insert('countries', { code: 'FR', name: 'France' })
    })
    for (const [group, tests] of Object.entries(GROUPS)) describe(group, () => tests(bench))
  })
}
