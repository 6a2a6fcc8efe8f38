/** The whole conformance suite behind a pooler whose few sessions change hands with every transaction. */
import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
import { connectorConformance } from '../../src/connector-kit/conformance/conformance.ts'
import { postgresSystem } from '../connectors/postgres-system.ts'
import { describePgBouncer, startPooler } from '../harness/pgbouncer.ts'

describePgBouncer('behind PgBouncer', () => {
  connectorConformance('postgres', { afterAll, beforeAll, beforeEach, describe, test }, () =>
    postgresSystem((url) => startPooler(url, 'transaction', { default_pool_size: 6 })),
  )
})
