/*
 * Which match keys this run has added, roughly: "no" is certain, "yes" may be wrong for one key in fifty at a million
 * records. Where a flow begins with nothing, it spares the store a look-up for every new record.
 */

const DIGITS = 8

/** A set of match keys (decimal texts) in 12 MB that are only touched as they fill. */
export class SeenKeys {
  private readonly bits = new Uint32Array(10 ** DIGITS / 32)

  add(key: string): void {
    const place = placeOf(key)
    this.bits[place >>> 5]! |= 1 << (place & 31)
  }

  mayHave(key: string): boolean {
    const place = placeOf(key)
    return (this.bits[place >>> 5]! & (1 << (place & 31))) !== 0
  }
}

/** Keys are hashes: their last digits are as good as any. */
const placeOf = (key: string): number => Math.abs(Number(key.slice(-DIGITS)))
