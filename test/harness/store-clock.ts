import type { Database, Session } from '../../src/store/database/database.ts'
import { STORE_NOW } from '../../src/store/database/store-clock.ts'

/** A session whose store has a clock that the test turns; `now`: milliseconds since the epoch. */
export function sessionAt(session: Session, now: () => number): Session {
  const told = (text: string, values: readonly unknown[] = []): [string, readonly unknown[]] => {
    if (!text.includes(STORE_NOW)) return [text, values]
    const time = new Date(now()).toISOString()
    // A statement's text stays the same, so that one that is prepared is prepared once.
    return values.length === 0
      ? [text.replaceAll(STORE_NOW, `timestamptz '${time}'`), values]
      : [text.replaceAll(STORE_NOW, `$${values.length + 1}::timestamptz`), [...values, time]]
  }
  return {
    query: (text, values) => session.query(...told(text, values)),
    execute: (text, values) => session.execute(...told(text, values)),
    copyIn: (target, lines) => session.copyIn(target, lines),
  }
}

/** The same for a whole store. */
export function databaseAt(database: Database, now: () => number): Database {
  return {
    ...sessionAt(database, now),
    transaction: (work, guard) =>
      database.transaction((session, guarded) => work(sessionAt(session, now), guarded), guard),
    rehearse: (work) => database.rehearse((inner) => work(databaseAt(inner, now))),
    dedicated: async () => {
      const taken = await database.dedicated()
      return { ...taken, session: sessionAt(taken.session, now) }
    },
    close: () => database.close(),
  }
}
