import anyAscii from 'any-ascii'
import { ratio, token_set_ratio as tokenSetRatio } from 'fuzzball'

/*
 * Records that look alike though no value is equal: “Müller & Söhne GmbH, 50667” and “Mueller und Soehne, 50667”.
 * Compares only records that share a rare enough triple of letters, so that a search does not read everything.
 */

/** How alike two texts are, 0 to 1: the better of word order ignored and letter by letter. Symmetric. */
export function similarity(a: string, b: string): number {
  return Math.max(tokenSetRatio(a, b, PLAIN), ratio(a, b, PLAIN)) / 100
}

// The texts are plain already; the library need not prepare them again.
const PLAIN = { full_process: false }

export interface Similar {
  readonly record: string
  readonly likeness: number
}

/** Finds the records whose text is at least so much like a given one. */
export class SimilarIndex {
  private readonly texts: { readonly record: string; readonly text: string }[] = []
  private readonly places = new Map<string, number[]>()

  add(record: string, text: string): void {
    const plain = plainText(text)
    const place = this.texts.push({ record, text: plain }) - 1
    for (const gram of grams(plain)) {
      const known = this.places.get(gram)
      if (known) known.push(place)
      else this.places.set(gram, [place])
    }
  }

  /** The most alike first, at most five. */
  search(text: string, atLeast: number): Similar[] {
    const plain = plainText(text)
    const shared = new Map<number, number>()
    for (const gram of grams(plain))
      for (const place of this.places.get(gram) ?? []) shared.set(place, (shared.get(place) ?? 0) + 1)
    const promising = [...shared].toSorted((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MOST_COMPARED)
    return promising
      .map(([place]) => ({ record: this.texts[place]!.record, likeness: similarity(plain, this.texts[place]!.text) }))
      .filter((hit) => hit.likeness >= atLeast)
      .toSorted((a, b) => b.likeness - a.likeness || (a.record < b.record ? -1 : 1))
      .slice(0, 5)
  }
}

/** Texts that share the most triples are compared in full; more than these never come near. */
const MOST_COMPARED = 50

const plainText = (text: string): string =>
  anyAscii(text)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, ' ')
    .trim()

function grams(text: string): Set<string> {
  const padded = `  ${text} `
  const result = new Set<string>()
  for (let i = 0; i + 3 <= padded.length; i++) result.add(padded.slice(i, i + 3))
  return result
}
