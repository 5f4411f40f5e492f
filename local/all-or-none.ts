// Starts several things at once that are only of use together.

/**
 * The results of all works. Where one fails, the others are told by the signal they were given and waited for,
 * what succeeded is undone, and the first fault is thrown.
 */
export async function allOrNone<Results extends readonly unknown[]>(
  signal: AbortSignal | undefined,
  works: { [Index in keyof Results]: (signal: AbortSignal) => Promise<Results[Index]> },
  undo: (result: Results[number]) => Promise<unknown> | undefined,
): Promise<Results> {
  const abort = new AbortController()
  const given = AbortSignal.any([abort.signal, ...(signal ? [signal] : [])])
  const faults: unknown[] = []
  const settled = await Promise.allSettled(
    works.map((work) =>
      work(given).catch((error: unknown) => {
        faults.push(error)
        abort.abort()
        throw error
      }),
    ),
  )
  const done = settled.filter((result) => result.status === 'fulfilled').map(({ value }) => value)
  if (faults.length === 0) return done as unknown as Results
  for (const value of done) await undo(value)
  throw faults[0]
}
