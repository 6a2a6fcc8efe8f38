/** Loaded into a process before everything else: its clock is wrong by `CONCORDAT_WRONG_CLOCK_MS`. */
const offMs = Number(process.env['CONCORDAT_WRONG_CLOCK_MS'])
const now = Date.now.bind(Date)

class WrongDate extends Date {
  constructor(...parts: [] | [string | number | Date]) {
    super(parts.length === 0 ? now() + offMs : parts[0])
  }
  static override now(): number {
    return now() + offMs
  }
}
globalThis.Date = WrongDate as DateConstructor
