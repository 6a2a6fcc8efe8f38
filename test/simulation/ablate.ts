import type { EmbeddedServer } from '../../src/store/embedded/embedded-server.ts'

export async function ablate(_server: EmbeddedServer, _json: boolean, _first: number): Promise<number> {
  return 0
}
