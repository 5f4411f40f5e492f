// The moment at which the spool is almost empty and Kafka takes events again. Younger events wait for it, shortly and in
// memory, instead of going behind the last spooled ones: under a steady load the spool would never be empty.

export interface Handover {
  /** Lets younger events wait from now on, until `end`, or until that takes too long. */
  begin: () => void
  end: () => void
  /** Resolves when nobody needs to wait. */
  over: () => Promise<void>
}

/** Far below what a client notices, far above what the last few entries take. */
const longestMs = 250

export function createHandover(): Handover {
  let over = Promise.resolve()
  let end: (() => void) | null = null
  return {
    over: () => over,
    end: () => end?.(),
    begin: () => {
      if (end) return
      over = new Promise((resolve) => {
        const timer = setTimeout(() => end?.(), longestMs)
        end = () => {
          clearTimeout(timer)
          end = null
          resolve()
        }
      })
    },
  }
}
