/** One thing that is not as it should be after a run. */
export interface Disagreement {
  readonly flow: string
  /** How a person finds the record: a name or number. */
  readonly record: string
  readonly what: string
}

/** Collects what an independent look at the two databases finds. */
export class Findings {
  readonly disagreements: Disagreement[] = []
  readonly #flow: string

  constructor(flow: string) {
    this.#flow = flow
  }

  add(record: string, what: string): void {
    this.disagreements.push({ flow: this.#flow, record, what })
  }

  /** Says so when two values, brought to the same form, differ. */
  agree(record: string, field: string, erp: string | null, crm: string | null): void {
    if (erp !== crm) this.add(record, `${field}: the ERP says ${said(erp)}, the CRM says ${said(crm)}`)
  }

  /** Says so when a text is not exactly what it was. */
  same(record: string, where: string, before: string | null, after: string | null): void {
    if (before !== after) this.add(record, `${where} was ${said(before)} and is now ${said(after)}`)
  }
}

function said(value: string | null): string {
  return value === null ? 'nothing' : `“${value}”`
}
