import { ConcordatError } from '../model/errors.ts'
import type { Connector } from './port.ts'

/*
 * A bounded look at rows, for proposals: the first page of a scan of each table, by the connector's own read path, in a
 * read-only transaction that is left as soon as the page is there.
 */

export interface Sampling {
  readonly object: string
  readonly id: string
  readonly columns: readonly string[]
}

/** Rows of one table, or why they could not be looked at. */
export type Sampled =
  | { readonly columns: readonly string[]; readonly rows: readonly (readonly (string | null)[])[] }
  | { readonly refused: string }

const PATIENCE_MS = 10_000

/** The first `most` rows of each table; one that cannot be read, or not in time, is passed over. Calls `told` after each. */
export async function sampleRows(
  connector: Connector,
  tables: readonly Sampling[],
  most: number,
  told: (object: string) => void,
): Promise<readonly Sampled[]> {
  const sampled: Sampled[] = []
  for (const table of tables) {
    sampled.push(await firstRows(connector, table, most))
    told(table.object)
  }
  return sampled
}

async function firstRows(connector: Connector, { object, id, columns }: Sampling, most: number): Promise<Sampled> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<Sampled>((resolve) => {
    timer = setTimeout(() => resolve({ refused: 'it did not answer within 10 seconds' }), PATIENCE_MS)
  })
  try {
    return await Promise.race([late, read(connector, { object, id, columns }, most)])
  } catch (error) {
    if (!(error instanceof ConcordatError)) throw error
    return { refused: error.message }
  } finally {
    clearTimeout(timer)
  }
}

async function read(connector: Connector, { object, id, columns }: Sampling, most: number): Promise<Sampled> {
  const remote = await connector.open({ object, id, fields: [...new Set([id, ...columns])] })
  const places = columns.map((column) => remote.layout.columns.indexOf(column))
  for await (const page of remote.scan({ after: null, upTo: null }, most)) {
    const rows = page.slice(0, most).map(({ values }) =>
      places.map((place) => {
        const value = values[place]
        return typeof value === 'string' ? value : null
      }),
    )
    return { columns, rows }
  }
  return { columns, rows: [] }
}
