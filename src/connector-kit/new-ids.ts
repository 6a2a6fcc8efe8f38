import { randomBytes, randomUUID } from 'node:crypto'
import type { NewId } from '../model/new-id.ts'

/** Ids that need no system to be made; null where they do. */
export function newIds(newId: NewId, count: number): readonly string[] | null {
  switch (newId.kind) {
    case 'uuid':
      return Array.from({ length: count }, () => randomUUID())
    case 'hex':
      return Array.from({ length: count }, () =>
        randomBytes(Math.ceil(newId.digits / 2))
          .toString('hex')
          .slice(0, newId.digits),
      )
    case 'sequence':
    case 'from':
      return null
  }
}
