/** The operating system account that PostgreSQL runs under. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/** `nobody` on every common Linux; it needs no entry in the password file. */
const unprivileged: Account = { uid: 65534, gid: 65534 }

/** PostgreSQL refuses to run as root, so root lends it another account; undefined means: our own. */
export function lentAccount(): Account | undefined {
  return process.getuid?.() === 0 ? unprivileged : undefined
}

/** Where everything lives that an account lent by root must reach, since it cannot look into root's home. */
export const sharedRoot = '/var/lib/concordat'
