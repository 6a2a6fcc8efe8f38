/** A value as a reason shows it: in quotation marks, cut where it is long. */
export function quoted(raw: string): string {
  return raw.length <= 80 ? `"${raw}"` : `"${raw.slice(0, 77)}…"`
}
