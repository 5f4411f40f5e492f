// What a person sees of what takes time.
import { describe, expect, it } from 'vitest'
import { createProgress } from './progress.ts'

function progressOn(isTTY: boolean) {
  const written: string[] = []
  const clock = { now: 0 }
  const progress = createProgress(
    { write: (text) => written.push(text), isTTY, columns: 40 },
    () => clock.now,
  )
  return { progress, clock, text: () => written.join('') }
}

describe('progress', () => {
  it('is plain lines where there is no terminal', () => {
    const { progress, clock, text } = progressOn(false)
    const task = progress.begin('fetching Kafka')
    task.detail('12 files')
    clock.now = 2500
    task.done()
    expect(text()).toBe('fetching Kafka\nfetching Kafka: 12 files, 2.5 s: done\n')
  })

  it('leaves only finished lines on a terminal', () => {
    const { progress, text } = progressOn(true)
    const task = progress.begin('starting Kafka')
    progress.line('a line of its own')
    task.drop()
    expect(text()).toBe('\r\u001B[2Ka line of its own\n\r\u001B[2K')
  })
})
