import { createServer } from 'node:net'
import { readFile, writeFile } from 'node:fs/promises'

/**
 * A free loopback port, the same as last time where it can be, so that the connection a user saved goes on working.
 * New ones lie below the range from which systems take ports for outgoing connections.
 */
export async function choosePort(remembered: string, except: ReadonlySet<number> = new Set()): Promise<number> {
  const last = Number(await readFile(remembered, 'utf8').catch(() => ''))
  const candidates = [last, ...Array.from({ length: 50 }, () => 15_000 + Math.floor(Math.random() * 15_000)), 0]
  for (const candidate of candidates) {
    if (except.has(candidate) || !Number.isInteger(candidate) || (candidate === last && last < 1_024)) continue
    const port = await bindable(candidate)
    if (port === undefined) continue
    if (port !== last) await writeFile(remembered, String(port))
    return port
  }
  throw new Error('no free port on 127.0.0.1')
}

async function bindable(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined))
    })
  })
}
