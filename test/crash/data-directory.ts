import { chmodSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * A folder for a server that a test stops and starts again. Not a throw-away one: those are removed by others once they
 * look abandoned, which a server that is down does.
 */
export function dataDirectory(): string {
  const folder = mkdtempSync(join(tmpdir(), 'concordat-crash-data-'))
  // The account that root lends to PostgreSQL has to pass through.
  chmodSync(folder, 0o711)
  return folder
}
