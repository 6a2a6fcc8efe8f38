/** A detour to a database that loses what it is told to lose. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * What happens to the next COMMIT of a write:
 *   `response lost`   it reaches the server, the connection breaks before the answer
 *   `commit lost`     the connection breaks before it
 *   `commit late`     the connection breaks for the client; the server receives it `lateMs` later
 */
export type Mishap = 'response lost' | 'commit lost' | 'commit late'

export interface Proxy {
  /** The URL by way of the proxy. */
  readonly url: string
  /** Lets the mishap happen to the next `times` commits. */
  arm(mishap: Mishap, times?: number, lateMs?: number): void
  /** How many mishaps have happened. */
  happened(): number
  /** Breaks all connections as they are, whatever is on its way. */
  cut(): void
  /** Holds up the next packet of a writing transaction that is like this, and all that it sends from then on. */
  hold(like: RegExp): HeldUp
  /** From now on the server's answers do not arrive, and nothing tells so. */
  stall(): void
  close(): Promise<void>
}

/** What is held up on its way to the server. */
export interface HeldUp {
  /** Something is held up. */
  readonly reached: Promise<void>
  /** Lets it go on. */
  go(): void
}

/** Speaks no protocol: a COMMIT is a small packet with that word, which both PostgreSQL and MySQL send alone. */
export async function proxyTo(url: string): Promise<Proxy> {
  const target = new URL(url)
  let armed: Mishap | null = null
  let left = 0
  let late = 0
  let count = 0
  let stalled = false
  let holding: { readonly like: RegExp; reached(): void; readonly gone: Promise<void> } | null = null
  const sockets = new Set<Socket>()

  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    let writing = false
    let lost = false
    let heldUp: Buffer[] | null = null
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    client.on('data', (chunk) => {
      if (heldUp) return void heldUp.push(chunk)
      const text = chunk.length < 2048 ? chunk.toString('latin1').toLowerCase() : ''
      if (text.includes('read write')) writing = true
      else if (text.includes('read only')) writing = false
      if (writing && holding?.like.test(chunk.toString('latin1'))) {
        const waiting = (heldUp = [chunk])
        holding.reached()
        void holding.gone.then(() => {
          for (const one of waiting) upstream.write(one)
          heldUp = null
        })
        holding = null
        return
      }
      if (armed === null || !writing || chunk.length > 16 || !text.includes('commit')) {
        if (!lost) upstream.write(chunk)
        return
      }
      const mishap = armed
      if (--left === 0) armed = null
      count++
      lost = true
      client.destroy()
      if (mishap === 'response lost') upstream.write(chunk)
      else if (mishap === 'commit lost') upstream.destroy()
      else void sleep(late).then(() => upstream.write(chunk))
    })
    upstream.on('data', (chunk) => {
      if (!lost && !stalled) client.write(chunk)
    })
    client.on('close', () => {
      if (!lost && !heldUp) upstream.destroy()
    })
    upstream.on('close', () => client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const detour = new URL(url)
  detour.hostname = '127.0.0.1'
  detour.port = String((server.address() as AddressInfo).port)
  return {
    url: detour.href,
    arm(mishap, times = 1, lateMs = 1_500) {
      armed = mishap
      left = times
      late = lateMs
    },
    happened: () => count,
    hold(like) {
      const { promise: reached, resolve } = Promise.withResolvers<void>()
      const { promise: gone, resolve: go } = Promise.withResolvers<void>()
      holding = { like, reached: resolve, gone }
      return { reached, go }
    },
    cut() {
      for (const socket of sockets) socket.destroy()
    },
    stall() {
      stalled = true
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
