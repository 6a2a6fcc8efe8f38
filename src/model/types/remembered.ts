/**
 * Wraps an expensive reading of texts so that recent ones are answered from memory. Holds at most twice `limit` texts:
 * when the young generation is full it becomes the old one, so that values in use survive and memory stays flat.
 */
export function remembered<Answer extends object | string | null>(
  limit: number,
  read: (text: string) => Answer,
): (text: string) => Answer {
  let young = new Map<string, Answer>()
  let old = new Map<string, Answer>()
  return (text) => {
    let known = young.get(text)
    if (known !== undefined) return known
    known = old.get(text)
    if (known === undefined) known = read(text)
    if (text.length > 256) return known
    if (young.size >= limit) {
      old = young
      young = new Map()
    }
    young.set(text, known)
    return known
  }
}
