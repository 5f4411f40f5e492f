import { expect, it } from 'vitest'
import { freshKafka, testLogger, makeTopic } from '../test/support/fresh.ts'
import { createKafka, withAdmin } from './client.ts'
import { readTopicId } from './topic-id.ts'

it('tells a topic from one of the same name that was made anew', async () => {
  const settings = freshKafka()
  const kafka = createKafka(settings, 'test', testLogger())
  const topic = settings.topic.name
  await expect(readTopicId(kafka, topic)).rejects.toThrow("topic's id")
  await makeTopic(settings)
  const first = await readTopicId(kafka, topic)
  expect(first).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
  expect(await readTopicId(kafka, topic)).toBe(first)
  await withAdmin(kafka, (admin) => admin.deleteTopics({ topics: [topic] }))
  const said = () => readTopicId(kafka, topic).catch(String)
  await expect.poll(said, { timeout: 10_000 }).toContain("topic's id")
  await makeTopic(settings)
  expect(await readTopicId(kafka, topic)).not.toBe(first)
})
