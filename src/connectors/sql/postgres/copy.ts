import type { Connection, Submittable } from 'pg'

/*
 * COPY over the driver's own protocol parser. The driver calls the `handle…` methods of whatever was submitted; these
 * two gather rows into large blocks (out) and send one block (in), without a Node stream for every row.
 */

const BLOCK = 128 * 1024
/** Blocks that wait for a slow reader before the socket is paused. */
const MOST_WAITING = 8

interface CopyConnection extends Connection {
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

/** `COPY … TO STDOUT` as an asynchronous sequence of blocks; a block may end in the middle of a row. */
export class CopyOut implements Submittable {
  /** Called by the driver's time-out machinery; nothing to do. */
  readonly callback = (): void => {}
  /** Number of rows, known when the blocks have come to their end. */
  rows = 0
  private readonly text: string
  private readonly idleMs: number
  private connection: Connection | undefined
  private block: Buffer = Buffer.allocUnsafe(BLOCK)
  private used = 0
  private readonly ready: Buffer[] = []
  private paused = false
  private error: Error | undefined
  private state: 'open' | 'complete' | 'finished' = 'open'
  private wake: (() => void) | undefined

  constructor(text: string, idleMs: number) {
    this.text = text
    this.idleMs = idleMs
  }

  submit(connection: Connection): void {
    this.connection = connection
    connection.query(this.text)
  }

  handleCopyData(message: { chunk: Buffer }): void {
    const { chunk } = message
    if (chunk.length > this.block.length - this.used) {
      this.flush()
      if (chunk.length > this.block.length) this.block = Buffer.allocUnsafe(chunk.length)
    }
    chunk.copy(this.block, this.used)
    this.used += chunk.length
  }

  handleCommandComplete(message: { text: string }): void {
    this.flush()
    this.rows = Number(/^COPY (\d+)/.exec(message.text)?.[1] ?? 0)
    this.state = 'complete'
    this.notify()
  }

  handleReadyForQuery(): void {
    this.state = 'finished'
    this.notify()
  }

  handleError(error: Error): void {
    this.error ??= error
    this.notify()
  }

  /** The blocks, as fast as the consumer takes them. Leaving early leaves the connection in the middle of a COPY. */
  async *blocks(): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const block = this.ready.shift()
      if (block !== undefined) {
        if (this.paused && this.ready.length === 0) {
          this.paused = false
          this.connection!.stream.resume()
        }
        yield block
      } else if (this.error !== undefined) {
        throw this.error
      } else if (this.state === 'finished') {
        return
      } else {
        await this.changed()
      }
    }
  }

  private flush(): void {
    if (this.used === 0) return
    this.ready.push(this.block.subarray(0, this.used))
    this.block = Buffer.allocUnsafe(BLOCK)
    this.used = 0
    if (this.ready.length >= MOST_WAITING && !this.paused) {
      this.paused = true
      this.connection!.stream.pause()
    }
    this.notify()
  }

  private notify(): void {
    this.wake?.()
    this.wake = undefined
  }

  private changed(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.wake = undefined
        const error = new Error('the server sent nothing')
        this.connection?.stream.destroy()
        reject(Object.assign(error, { code: 'ETIMEDOUT' }))
      }, this.idleMs)
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

/** `COPY … FROM STDIN` of one block. `done` settles when the server is ready for the next query. */
export class CopyIn implements Submittable {
  readonly callback = (): void => {}
  readonly done: Promise<void>
  private readonly text: string
  private readonly data: Buffer
  private settle!: { resolve: () => void; reject: (error: Error) => void }

  constructor(text: string, data: Buffer) {
    this.text = text
    this.data = data
    this.done = new Promise((resolve, reject) => (this.settle = { resolve, reject }))
  }

  submit(connection: Connection): void {
    connection.query(this.text)
  }

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.data)
    connection.endCopyFrom()
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.settle.resolve()
  }

  handleError(error: Error): void {
    this.settle.reject(error)
  }
}

/** Cuts blocks into lines without their line ends. Cutting before decoding keeps characters whole across blocks. */
export async function* copyLines(blocks: AsyncIterable<Buffer>): AsyncGenerator<string[], void, undefined> {
  let rest: Buffer | null = null
  for await (let block of blocks) {
    if (rest !== null) block = Buffer.concat([rest, block])
    const end = block.lastIndexOf(10)
    if (end < 0) {
      rest = block
      continue
    }
    rest = end + 1 < block.length ? block.subarray(end + 1) : null
    yield block.toString('utf8', 0, end).split('\n')
  }
}
