// Finds in the consumers' logs where lines were found stored that were in no books: whoever stored them ended in between.
import { createReadStream, existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Places } from '../stack/places.ts'

/** What a consumer logs each time it finds such lines of a partition at an assignment. */
const message = 'resuming behind lines that are in no books'

/** When each of them was found, epoch milliseconds, in rising order. */
export async function findReplays(places: Places, consumers: readonly string[]): Promise<number[]> {
  const times: number[] = []
  for (const name of consumers) {
    await eachLine(places.logOf(name), (line) => {
      if (!line.includes(message)) return
      const { time } = JSON.parse(line) as { time: string }
      times.push(Date.parse(time))
    })
  }
  return times.sort((left, right) => left - right)
}

/** How many of the kills were followed by a replay before the next kill. Both in rising order. */
export function killsWithReplay(kills: readonly number[], replays: readonly number[]): number {
  return kills.filter((kill, index) => {
    const next = kills[index + 1] ?? Infinity
    return replays.some((replay) => replay > kill && replay <= next)
  }).length
}

/** How often each complaint of a service stands in its log: what it said at warn or above. */
export async function findComplaints(
  places: Places,
  services: readonly string[],
): Promise<Record<string, number>> {
  const counts = new Map<string, number>()
  for (const name of services) {
    await eachLine(places.logOf(name), (line) => {
      const level = /"level":"(warn|error|fatal)"/.exec(line)?.[1]
      if (level === undefined) return
      const text = `${name.replace(/-.*/, '')} ${level}: ${/"msg":"([^"]*)"/.exec(line)?.[1] ?? ''}`
      counts.set(text, (counts.get(text) ?? 0) + 1)
    })
  }
  return Object.fromEntries([...counts].sort(([, left], [, right]) => right - left))
}

async function eachLine(file: string, onLine: (line: string) => void): Promise<void> {
  if (!existsSync(file)) return
  for await (const line of createInterface({ input: createReadStream(file) })) onLine(line)
}
