// One request of the fleet: to any of the ingests, by either way in, timed.
import type { Answer } from '../../client/answer.ts'
import { postTo, type Post } from '../../client/post-batch.ts'
import type { Random } from '../random.ts'

/** How one attempt went. */
export interface Attempt {
  /** When it was begun and how long it took, milliseconds of `performance.now()`. */
  at: number
  ms: number
  /** The answer's status, or why none came. */
  outcome: string
}

export interface PostSettings {
  /** Addresses of the ingests. */
  urls: readonly string[]
  random: Random
  /** Milliseconds after which an answer is no longer waited for. */
  timeoutMs: number
  /** Told of each attempt. */
  onAttempt: (attempt: Attempt) => void
}

/** Gives the function that posts a batch, and the one that posts a single event; each chooses an ingest anew. */
export function createPosts(settings: PostSettings): { batch: Post; single: Post } {
  const { urls, random, timeoutMs, onAttempt } = settings
  const toEach = (headers: Record<string, string>, path: string) =>
    urls.map((url) => postTo(url, headers, { path, timeoutMs }))
  const batches = toEach({}, '/events')
  const singles = toEach({ 'content-type': 'application/json' }, '/event')

  const anyOf = (posts: Post[]): Post => {
    return async (body) => {
      const post = posts[Math.floor(random() * posts.length)] as Post
      const at = performance.now()
      try {
        const answer = await post(body)
        onAttempt({ at, ms: performance.now() - at, outcome: String(answer.status) })
        return answer
      } catch (error) {
        onAttempt({ at, ms: performance.now() - at, outcome: (error as Error).message })
        throw error
      }
    }
  }
  const single = anyOf(singles)
  return { batch: anyOf(batches), single: async (body) => asBatch(await single(body)) }
}

/** The answer to a single event, told as that to a batch of one. */
function asBatch(answer: Answer): Answer {
  if (answer.status !== 202) return answer
  const { event_id } = JSON.parse(answer.body) as { event_id: string }
  return { ...answer, body: JSON.stringify({ accepted: 1, event_ids: [event_id] }) }
}
