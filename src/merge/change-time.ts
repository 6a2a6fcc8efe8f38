/*
 * When systems say that something changed: a canonical instant, or a number that grows with every write. Numbers compare with
 * numbers and instants with instants. Between the two nothing can be said; an order that is always the same stands in.
 */

const NUMBER = /^(-?)0*(\d+)(?:\.(\d*?)0*)?$/

/** Whether this is a number that counts writes, and no instant. */
export const countsWrites = (at: string): boolean => NUMBER.test(at)

/** Earlier, at the same time, later: below, equal to, above zero. What says nothing (null) is before everything. */
export function compareChangeTimes(a: string | null, b: string | null): number {
  if (a === b) return 0
  if (a === null || b === null) return a === null ? -1 : 1
  const [x, y] = [NUMBER.exec(a), NUMBER.exec(b)]
  if (x === null || y === null) return x === y ? compare(a, b) : x === null ? 1 : -1
  return compareNumbers(x, y)
}

/** The later of two; null where neither says anything. */
export const laterOf = (a: string | null, b: string | null): string | null => (compareChangeTimes(a, b) < 0 ? b : a)

function compareNumbers(
  [, minusA, wholeA, restA = '']: RegExpExecArray,
  [, minusB, wholeB, restB = '']: RegExpExecArray,
): number {
  if (minusA !== minusB) return minusA === '-' ? -1 : 1
  const bySize = wholeA!.length - wholeB!.length || compare(wholeA!, wholeB!) || compare(restA, restB)
  return minusA === '-' ? -bySize : bySize
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
