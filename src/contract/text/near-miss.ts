import { distance } from 'fastest-levenshtein'

/** The known name that a misspelt one was probably meant to be, or null when none is near. */
export function nearMiss(written: string, known: Iterable<string>): string | null {
  const wanted = fold(written)
  let best: string | null = null
  const letters = lettersOf(wanted)
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const name of known) {
    const folded = fold(name)
    const d = distance(wanted, folded)
    // Two letters that changed places are one slip of the fingers, and count as two replacements.
    const slips = d === 2 && lettersOf(folded) === letters ? 1 : d
    if (slips < bestDistance) [best, bestDistance] = [name, slips]
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

const lettersOf = (text: string) => [...text].toSorted().join('')
