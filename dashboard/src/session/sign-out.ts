import { call } from '../api/call.ts'
import { request } from '../api/client.ts'
import { queryClient } from '../api/queries.ts'
import { paths } from '../paths.ts'
import { tellError } from '../ui/toasts.tsx'

/** Ends the session of this browser, and goes to the door. */
export async function signOut(): Promise<void> {
  try {
    await request(call('POST /sign-out'))
  } catch (error) {
    return tellError(error as Error)
  }
  queryClient.clear()
  window.location.assign(paths.home())
}
