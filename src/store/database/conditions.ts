/** Conditions of a statement with their values. */
export class Conditions {
  readonly values: unknown[] = []
  readonly #all: string[] = []

  /** The place of a value, as it stands in SQL. */
  value(value: unknown, type: string): string {
    return `$${this.values.push(value)}::${type}`
  }

  add(condition: string): void {
    this.#all.push(condition)
  }

  /** All of them, as they stand in SQL. */
  get all(): string {
    return this.#all.length === 0 ? 'true' : this.#all.join(' and ')
  }
}
