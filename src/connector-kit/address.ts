import type { Socket } from 'node:net'

/** Where a connection really leads, after names were resolved: `10.0.0.5:5432`; loopback is always `this machine`. */
export function addressOf(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>, socketPath: string | null): string {
  const { remoteAddress, remotePort } = socket
  if (remoteAddress === undefined) return socketPath ?? 'unknown'
  const plain = remoteAddress.replace(/^::ffff:(?=\d+\.)/, '')
  const host = plain === '::1' || plain.startsWith('127.') ? 'this machine' : plain.includes(':') ? `[${plain}]` : plain
  return `${host}:${remotePort}`
}
