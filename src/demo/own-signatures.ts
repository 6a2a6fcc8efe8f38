import type { Session } from '../store/database/database.ts'
import { dropNoticesBy } from '../store/access/notices.ts'

/** Where the demo's signatures say that they were typed. */
export const DEMO_ADDRESS = 'concordat demo'

/** Nobody is told of what the demo itself signed: it said so when it did, and whoever looks at it next is no stranger to that. */
export const quietOwnSignatures = async (session: Session): Promise<void> => {
  await dropNoticesBy(session, DEMO_ADDRESS, new Date())
}
