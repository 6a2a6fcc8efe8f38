import { readFileSync } from 'node:fs'

/** The operating system account that PostgreSQL runs under. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/** `nobody` on every common Linux. */
const nobody: Account = { uid: 65534, gid: 65534 }

/** PostgreSQL refuses to run as root, so root lends it another account; undefined means: our own. */
export function lentAccount(): Account | undefined {
  return process.getuid?.() === 0 ? lendable(passwordFile()) : undefined
}

/**
 * `nobody`, or – in images that have been stripped of it – another account that is not root's: initdb wants one that
 * the password file lists.
 */
export function lendable(passwords: string): Account {
  const listed = passwords.split('\n').flatMap((line) => {
    const [, , uid, gid] = line.split(':')
    return uid === undefined || gid === undefined || Number(uid) === 0 ? [] : [{ uid: Number(uid), gid: Number(gid) }]
  })
  if (listed.some(({ uid }) => uid === nobody.uid)) return nobody
  return listed[0] ?? nobody
}

function passwordFile(): string {
  try {
    return readFileSync('/etc/passwd', 'utf8')
  } catch {
    return ''
  }
}

/** Where everything lives that an account lent by root must reach, since it cannot look into root's home. */
export const sharedRoot = '/var/lib/concordat'
