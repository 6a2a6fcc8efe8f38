/** Where a bug is, without its message, which may hold somebody's data. */
export function whereOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown'
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return `${error.name} ${frames
    .slice(0, 6)
    .map((line) => line.trim())
    .join(' ')}`
}
