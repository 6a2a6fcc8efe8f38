/** The longest wait for the answer to a statement: a little longer than the server itself lets one take. */
export const ANSWER_MS = 150_000

/** What is thrown when a server says nothing any more. */
export function silence(): Error {
  return Object.assign(new Error('the server sent no answer'), { code: 'ETIMEDOUT' })
}

/** An answer that is waited for only so long; then `giveUp` breaks its connection off. */
export function answered<T>(answer: Promise<T>, ms: number, giveUp: (error: Error) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const error = silence()
      giveUp(error)
      reject(error)
    }, ms)
    answer.then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error instanceof Error ? error : new Error(String(error)))
      },
    )
  })
}
