/** The known name that a misspelt one was probably meant to be, or null when none is near. */
export function nearMiss(written: string, known: Iterable<string>): string | null {
  const wanted = fold(written)
  let best: string | null = null
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const name of known) {
    const d = distance(wanted, fold(name), bestDistance)
    if (d < bestDistance) [best, bestDistance] = [name, d]
  }
  return best
}

/** ` Did you mean …?` ready to stand at the end of a sentence, or nothing. */
export function didYouMean(written: string, known: Iterable<string>): string {
  const name = nearMiss(written, known)
  return name === null ? '' : `; did you mean \`${name}\`?`
}

const fold = (name: string) =>
  name
    .slice(0, 80)
    .toLowerCase()
    .replace(/[-_ ]+/g, '_')

/** Optimal string alignment distance: insert, delete, replace and swapping neighbours cost 1. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      let best = Math.min(row[j - 1]! + 1, previous[j]! + 1, previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1)
      row.push(best)
    }
    before = previous
    previous = row
  }
  return previous[b.length]!
}
