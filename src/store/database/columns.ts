/** Rows → one array per column, for `unnest`. */
export function columns<T>(rows: readonly T[], values: (row: T) => readonly unknown[]): unknown[][] {
  const result: unknown[][] = []
  for (const row of rows) values(row).forEach((value, i) => (result[i] ??= []).push(value))
  return result
}
