// Places that were named on the command line and hold no dead letter.
import { isAt, type DeadLetter, type LetterFilter, type LetterPlace } from '../../clickhouse/dead-letters.ts'

/** Lets letters pass, and notes where those came from that were asked for by their place. */
export async function* noting(
  letters: AsyncIterable<DeadLetter>,
  { places }: LetterFilter,
  found: LetterPlace[],
): AsyncGenerator<DeadLetter> {
  for await (const letter of letters) {
    const { topicId, partition, offset, line } = letter
    if (places) found.push({ topicId, partition, offset, line })
    yield letter
  }
}

/** A sentence that names the places without a letter; null where each has one. */
export function missingText({ places }: LetterFilter, found: readonly LetterPlace[]): string | null {
  const missing = (places ?? []).filter((place) => !found.some((letter) => isAt(letter, place)))
  if (missing.length === 0) return null
  const names = missing.map(({ topicId, partition, offset, line }) =>
    [...(topicId === null ? [] : [topicId]), partition, offset, line].join(':'),
  )
  return `There is no dead letter at ${names.join(', ')}. See npm run dead-letters -- list --all`
}
