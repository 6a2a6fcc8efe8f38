import type { ServiceBench } from './scale.ts'

/** What the dashboard promises for each query. */
const MOST_MS = 300
/** Rows of a page. */
export const PAGE = 50

/** How long pages took by one filter, in milliseconds: p95 of first pages and of those from further back, and the longest of all. */
export interface FilterPages {
  readonly filter: string
  readonly first: number
  readonly deep: number
  readonly longest: number
}

/** Measures ten first pages and ten deep ones for each repetition; `n` counts them from 1. */
export async function pagesOf(
  filter: string,
  repeat: number,
  first: (n: number) => Promise<number>,
  deep: (n: number) => Promise<number>,
): Promise<FilterPages> {
  // Connections and code are warm before it counts.
  await first(0)
  const firsts: number[] = []
  const deeps: number[] = []
  for (let n = 1; n <= 10 * repeat; n++) {
    firsts.push(await first(n))
    deeps.push(await deep(n))
  }
  return { filter, first: p95(firsts), deep: p95(deeps), longest: Math.max(...firsts, ...deeps) }
}

export function resultOf(
  benchmark: string,
  title: string,
  repeat: number,
  found: readonly FilterPages[],
): ServiceBench {
  const slow = found.filter((one) => Math.max(one.first, one.deep) > MOST_MS)
  const ms = (value: number): string => `${value.toFixed(0)} ms`.padStart(9)
  const width = Math.max(...found.map((one) => one.filter.length))
  return {
    text: [
      `${benchmark}: ${title}, pages of ${PAGE}; p95 of ${10 * repeat} first pages, and of ${10 * repeat} from further back`,
      '',
      `  ${''.padEnd(width)}     first   further   longest`,
      ...found.map((one) => `  ${one.filter.padEnd(width)} ${ms(one.first)} ${ms(one.deep)} ${ms(one.longest)}`),
      '',
      slow.length === 0
        ? `  Every filter is within ${MOST_MS} ms.`
        : `  Over ${MOST_MS} ms: ${slow.map((one) => one.filter).join(', ')}.`,
    ],
    json: { benchmark, title, most_ms: MOST_MS, filters: found },
  }
}

const p95 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.ceil(values.length * 0.95) - 1)]!
