import type { RemoteRecord } from '../connector-kit/port.ts'
import type { Side } from './side.ts'

/** The records of these ids, read in as many calls as the system wants. Nothing else in the engine reads by ids. */
export async function readAll({ remote }: Pick<Side, 'remote'>, ids: readonly string[]): Promise<RemoteRecord[]> {
  const rows: RemoteRecord[] = []
  const { maxBatch } = remote.capabilities
  for (let i = 0; i < ids.length; i += maxBatch) rows.push(...(await remote.read(ids.slice(i, i + maxBatch))))
  return rows
}
