import { useEffect, useState } from 'react'
import { addressOf } from './client.ts'
import { queryClient } from './queries.ts'

/*
 * The server only hints at what has changed; what is on screen and concerned is fetched again. A stream that broke
 * connects anew by itself, and then everything is looked at, because hints were missed.
 */

const CONCERNED: Readonly<Record<string, readonly string[]>> = {
  run: ['home', 'flows', 'runs', 'records', 'systems'],
  case: ['home', 'flows', 'cases', 'records'],
  alert: ['home', 'alerts'],
  flow: ['home', 'flows', 'systems', 'rules', 'runs'],
  log: ['log', 'records', 'flows', 'home', 'playground'],
}

/** Hints that come close together are followed once. */
const GATHER_MS = 400

/** Keeps the screens live while it is mounted; says whether the stream is open. */
export function useLive(): boolean {
  const [open, setOpen] = useState(true)
  useEffect(() => {
    const stream = new EventSource(addressOf('/events'))
    const subjects = new Set<string>()
    let timer: ReturnType<typeof setTimeout> | undefined
    let broke = false
    const follow = () => {
      timer = undefined
      const named = [...subjects]
      subjects.clear()
      void queryClient.invalidateQueries({ predicate: ({ queryKey }) => named.includes(String(queryKey[0])) })
    }
    const note = (type: string) => {
      for (const subject of CONCERNED[type] ?? []) subjects.add(subject)
      timer ??= setTimeout(follow, GATHER_MS)
    }
    stream.addEventListener('message', (event) => {
      const { type } = JSON.parse(String(event.data)) as { type: string }
      note(type)
    })
    for (const type of Object.keys(CONCERNED)) stream.addEventListener(type, () => note(type))
    stream.addEventListener('open', () => {
      setOpen(true)
      if (broke) void queryClient.invalidateQueries()
      broke = false
    })
    stream.addEventListener('error', () => {
      broke = true
      setOpen(false)
    })
    return () => {
      clearTimeout(timer)
      stream.close()
    }
  }, [])
  return open
}
