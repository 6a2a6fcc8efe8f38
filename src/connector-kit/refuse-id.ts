import { ConcordatError } from '../model/errors.ts'

/** Throws when an update names the id: an id is never changed (law L36). */
export function refuseId(set: Readonly<Record<string, unknown>>, id: string, object: string): void {
  if (Object.hasOwn(set, id))
    throw new ConcordatError('bug', `An update of ${object} would have changed ${id}, the id of its records.`)
}
