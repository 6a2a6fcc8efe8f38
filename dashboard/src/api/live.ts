import { useEffect, useState } from 'react'
import { call } from './call.ts'
import { addressOf } from './client.ts'
import { queryClient } from './queries.ts'

/*
 * The server only hints at what has changed; what is on screen and concerned is fetched again. A stream that broke
 * connects anew, and then everything is looked at, because hints were missed. Until then everything is looked at every so often.
 */

const CONCERNED: Readonly<Record<string, readonly string[]>> = {
  run: ['home', 'flows', 'runs', 'records', 'systems'],
  case: ['home', 'flows', 'cases', 'records'],
  alert: ['home', 'alerts'],
  flow: ['home', 'flows', 'systems', 'rules', 'runs'],
  log: ['log', 'cases', 'records', 'flows', 'home', 'playground'],
}

/** Hints that come close together are followed once. */
const GATHER_MS = 400

/** While nothing is heard, everything on screen is asked for this often. */
const POLL_MS = 15_000
/** A browser gives up on a stream that was answered with an error: this is when it is opened anew. */
const REOPEN_MS = 5_000

/** Keeps the screens live while it is mounted; says whether it hears of changes. */
export function useLive(): boolean {
  const [open, setOpen] = useState(true)
  useEffect(() => {
    const subjects = new Set<string>()
    let stream: EventSource | undefined
    let gathering: ReturnType<typeof setTimeout> | undefined
    let reopening: ReturnType<typeof setTimeout> | undefined
    let polling: ReturnType<typeof setInterval> | undefined
    const everything = (): void => void queryClient.invalidateQueries()
    const follow = () => {
      gathering = undefined
      const named = [...subjects]
      subjects.clear()
      void queryClient.invalidateQueries({ predicate: ({ queryKey }) => named.includes(String(queryKey[0])) })
    }
    const note = (type: string) => {
      for (const subject of CONCERNED[type] ?? []) subjects.add(subject)
      gathering ??= setTimeout(follow, GATHER_MS)
    }
    const listen = () => {
      stream = new EventSource(addressOf(call('GET /events')))
      stream.addEventListener('message', (event) => {
        const { type } = JSON.parse(String(event.data)) as { type: string }
        note(type)
      })
      stream.addEventListener('open', () => {
        setOpen(true)
        if (polling !== undefined) everything()
        clearInterval(polling)
        polling = undefined
      })
      stream.addEventListener('error', () => {
        polling ??= setInterval(() => {
          setOpen(false)
          everything()
        }, POLL_MS)
        if (stream?.readyState !== EventSource.CLOSED) return
        clearTimeout(reopening)
        reopening = setTimeout(listen, REOPEN_MS)
      })
    }
    listen()
    return () => {
      clearTimeout(gathering)
      clearTimeout(reopening)
      clearInterval(polling)
      stream?.close()
    }
  }, [])
  return open
}
