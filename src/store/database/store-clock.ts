/**
 * What time it is by the store's clock, in SQL. Whatever one process writes down and another one compares with "now" – how
 * long a lease lasts, when somebody last showed themselves – is written and compared by this clock alone: the clocks of
 * machines differ, and jump (law L34).
 */
export const STORE_NOW = 'clock_timestamp()'

/** `ms` (an SQL expression in milliseconds) from now, in SQL. */
export const fromNow = (ms: string | number): string => `${STORE_NOW} + (${ms})::float8 * interval '1 millisecond'`

/** Milliseconds by a clock that nobody sets; it may stop while its machine is suspended. */
export type SteadyClock = () => number

/** The process's own. */
export const ownSteadyClock: SteadyClock = () => performance.now()
