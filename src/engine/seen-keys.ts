/*
 * Which match keys this run has added, roughly: "no" is certain, "yes" may be wrong for one key in fifty at a million
 * records. Where a flow begins with nothing, it spares the store a look-up for every new record.
 */

const DIGITS = 8
/** Of so many bits, made as they are needed: a flow of a hundred records should not cost a large one's memory. */
const BLOCK_BITS = 20

/** A set of match keys (decimal texts), in 12 MB at most. */
export class SeenKeys {
  private readonly blocks: (Uint32Array | undefined)[] = []

  add(key: string): void {
    const place = placeOf(key)
    const bits = (this.blocks[place >>> BLOCK_BITS] ??= new Uint32Array(2 ** BLOCK_BITS / 32))
    bits[wordOf(place)]! |= 1 << (place & 31)
  }

  mayHave(key: string): boolean {
    const place = placeOf(key)
    const bits = this.blocks[place >>> BLOCK_BITS]
    return bits !== undefined && (bits[wordOf(place)]! & (1 << (place & 31))) !== 0
  }
}

const wordOf = (place: number): number => (place & (2 ** BLOCK_BITS - 1)) >>> 5

/** Keys are hashes: their last digits are as good as any. */
const placeOf = (key: string): number => Math.abs(Number(key.slice(-DIGITS)))
