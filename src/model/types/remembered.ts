import type { Canonical, Invalid } from '../value.ts'

/**
 * Wraps an expensive parse so that recent texts are answered from memory. Holds at most twice `limit` texts: when the
 * young generation is full it becomes the old one, so that values in use survive and memory stays flat.
 */
export function remembered(
  limit: number,
  parse: (text: string) => Canonical | Invalid,
): (text: string) => Canonical | Invalid {
  let young = new Map<string, Canonical | Invalid>()
  let old = new Map<string, Canonical | Invalid>()
  return (text) => {
    let known = young.get(text)
    if (known !== undefined) return known
    known = old.get(text)
    if (known === undefined) known = parse(text)
    if (text.length > 256) return known
    if (young.size >= limit) {
      old = young
      young = new Map()
    }
    young.set(text, known)
    return known
  }
}
