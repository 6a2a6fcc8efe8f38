/** An identifier of the catalogue, quoted for SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text constant for SQL; only for names from the catalogue, values are bound. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
