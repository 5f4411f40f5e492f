// The load generator's process: takes one order at a time over Node's channel and answers with its result.
import { createLinePool } from './requests.ts'
import { runLoad, type LoadOrder, type LoadResult } from './run-load.ts'

export type LoadAnswer = { result: LoadResult } | { failure: string }

const pool = createLinePool(Date.now())

process.on('message', (order: LoadOrder) => {
  const answer = (message: LoadAnswer) => process.send?.(message)
  runLoad(order, pool).then(
    (result) => answer({ result }),
    (error: unknown) => answer({ failure: String(error) }),
  )
})
process.once('disconnect', () => process.exit(0))
process.send?.({ listening: '' })
