import type { DescriptionEdit, Quirk, Quirks, Unmeasured } from '../../../model/passport.ts'

/** What a measurement has found so far, of one object or of the system as a whole. */
export class Notes {
  readonly object: string | null
  readonly edits: DescriptionEdit[] = []
  readonly unmeasured: Unmeasured[] = []
  private readonly seen = new Map<Quirk, Set<string>>()

  constructor(object: string | null) {
    this.object = object
  }

  /** Notes a quirk, of a field or lines where `at` names them, and what would be right in the description. */
  note(quirk: Quirk, at?: string | readonly string[], ...edits: readonly Omit<DescriptionEdit, 'because'>[]): void {
    const names = this.seen.get(quirk) ?? new Set<string>()
    for (const name of at === undefined ? [] : typeof at === 'string' ? [at] : at) names.add(name)
    this.seen.set(quirk, names)
    for (const edit of edits) this.edits.push({ ...edit, because: quirk })
  }

  /** Takes down what could not be found out. */
  leaveOpen(what: string, why: string): void {
    if (!this.unmeasured.some((one) => one.what === what)) this.unmeasured.push({ object: this.object, what, why })
  }

  has(quirk: Quirk, at?: string): boolean {
    const names = this.seen.get(quirk)
    return names !== undefined && (at === undefined || names.has(at))
  }

  get found(): Quirks {
    return Object.fromEntries([...this.seen].map(([quirk, names]) => [quirk, [...names]]))
  }
}
