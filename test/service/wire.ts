/** A TCP wire to a database, which a test can cut and mend: the server behind it is down, as far as its clients see. */
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface Wire {
  /** Connection string through the wire. */
  readonly url: string
  cut(): Promise<void>
  mend(): Promise<void>
  close(): Promise<void>
}

export async function wireTo(target: string): Promise<Wire> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let server: Server | null = null
  const serve = (on: number): Promise<number> =>
    new Promise((resolve, reject) => {
      server = createServer((near) => {
        const far = connect(Number(port), hostname)
        for (const [one, other] of [
          [near, far],
          [far, near],
        ] as const) {
          sockets.add(one)
          one.setNoDelay(true)
          one.on('error', () => other.destroy())
          one.on('close', () => {
            sockets.delete(one)
            other.destroy()
          })
          one.pipe(other)
        }
      })
      server.once('error', reject)
      server.listen(on, '127.0.0.1', () => resolve((server!.address() as { port: number }).port))
    })
  const cut = async (): Promise<void> => {
    const closed = new Promise((resolve) => (server ? server.close(resolve) : resolve(null)))
    for (const socket of sockets) socket.destroy()
    await closed
    server = null
  }
  const here = await serve(0)
  const url = new URL(target)
  url.hostname = '127.0.0.1'
  url.port = String(here)
  return {
    url: url.href,
    cut,
    mend: async () => void (await serve(here)),
    close: cut,
  }
}
