// Promise P3: every line of the topic is a row, a counted duplicate or a dead letter, and the audit proves it, or says
// which one is not.
import { describe, expect, it } from 'vitest'
import { withAdmin } from '../../kafka/client.ts'
import { partitionOf } from '../../kafka/partition-of.ts'
import { makeTopic } from '../../test/support/fresh.ts'
import { startTestConsumer } from '../../test/support/pipeline.ts'
import { event, id, startStored } from '../../test/support/audited-topic.ts'

describe('the audit of what is stored', () => {
  it('balances over good, bad and repeated lines, and counts what is in flight', async () => {
    const { look, consumer, produce } = await startStored()
    expect((await look()).verdict).toBe(
      'balanced: 12 lines in the topic = 5 rows + 2 duplicates + 5 dead letters + 0 in flight',
    )
    await consumer.stop()
    await produce([{ key: 'a', value: `${event('a', 20)}\n${event('a', 21)}` }])
    expect((await look()).verdict).toBe(
      'balanced: 14 lines in the topic = 5 rows + 2 duplicates + 5 dead letters + 2 in flight',
    )
    expect((await look({ readsTopic: false })).verdict).toMatch(/^balanced: the tables hold the 5 rows/)
  })

  it('names a row that was deleted, and a dead letter', async () => {
    const { look, command } = await startStored()
    await command(`DELETE FROM events WHERE event_id = '${id(3)}'`)
    const partition = partitionOf('a', 6)
    const { texts, sites } = await look()
    expect(texts).toEqual([
      expect.stringMatching(
        RegExp(
          `^partition ${partition}, offsets? .*, site a: 1 row is missing: offset 0 line 3 \\(event ${id(3)}\\)$`,
        ),
      ),
    ])
    expect(sites.most(9)).toEqual([{ site: 'a', lines: 1 }])
    await command("DELETE FROM dead_letters WHERE raw = 'nonsense'")
    expect((await look()).texts.join()).toMatch(
      /1 row and 1 dead letter are missing: offset 0 line 3 \(event .*\), offset 1 line 0$/,
    )
    expect((await look({ readsTopic: false })).texts.join()).toMatch(/1 row and 1 dead letter are missing$/)
  })

  it('names a row that is there twice, and an event that is', async () => {
    const { look, command } = await startStored()
    await command(`INSERT INTO events SELECT * FROM events WHERE event_id = '${id(2)}'`)
    expect((await look()).texts).toEqual([
      expect.stringMatching(/site a: 1 row more in the table than in the books$/),
      expect.stringMatching(/offset 0 line 1, site a: stored as 2 rows$/),
    ])
    await command(`DELETE FROM events WHERE event_id = '${id(2)}'`)
    await command(
      `INSERT INTO events SELECT * REPLACE (toUUID('${id(2)}') AS event_id, 1 AS kafka_line) FROM events WHERE path = '/1'`,
    )
    expect((await look()).texts).toEqual([])
    await command(`ALTER TABLE events UPDATE event_id = '${id(3)}' WHERE event_id = '${id(2)}'`)
    expect((await look()).texts).toEqual([
      expect.stringMatching(RegExp(`^site a, event ${id(3)}: stored as 2 rows, from .*:0:1, .*:0:3$`)),
    ])
    expect((await look({ checksIds: false })).failing).toBe(0)
  })

  it('names a line that is both a row and a dead letter', async () => {
    const { look, command } = await startStored()
    await command(
      `INSERT INTO dead_letters (raw, kafka_key, kafka_topic_id, kafka_partition, kafka_offset, kafka_line, received_at)
        SELECT 'x', site_id, kafka_topic_id, kafka_partition, kafka_offset, kafka_line, received_at FROM events
        WHERE event_id = '${id(4)}'`,
    )
    expect((await look()).texts.at(-1)).toMatch(/offset 1 line 2, site a: stored as 1 row and 1 dead letter$/)
  })

  it('names a range that the books lost, or changed', async () => {
    const { look, command, produce, untilBooked } = await startStored()
    await produce([{ key: 'a', value: event('a', 30) }])
    await untilBooked(13)
    const ofA = `kafka_partition = ${partitionOf('a', 6)}`
    await command(`ALTER TABLE ranges UPDATE rows = rows + 1 WHERE site_id = 'b'`)
    const changed = await look()
    expect(changed.texts).toEqual([
      expect.stringMatching(/site b: the books say 2 lines, but 2 rows \+ 0 duplicates \+ 1 dead letters$/),
      expect.stringMatching(/site b: 1 row is missing$/),
    ])
    await command(`ALTER TABLE ranges UPDATE rows = rows - 1 WHERE site_id = 'b'`)
    await command(`DELETE FROM ranges WHERE ${ofA} AND last_offset >= 4`)
    const { texts, verdict: last } = await look()
    expect(texts).toEqual([
      expect.stringMatching(
        /^partition \d, offset 4, site a: 1 row in the table that no range of the books covers$/,
      ),
      expect.stringMatching(
        /^partition \d, offset 4: 1 line in the topic that no range of the books covers$/,
      ),
    ])
    expect(last).toMatch(/^NOT balanced: partition \d, offset 4, site a: .*; and 1 more difference$/)
    expect((await look({ readsTopic: false })).texts.at(-1)).toMatch(
      /offset 4: no range of the books covers them, and Kafka still has them$/,
    )
  })

  it('says what expired before it was read, and compares what did not', async () => {
    const { client, topic, look, consumer, produce, kafka, settings, groupId, untilBooked } =
      await startStored()
    await consumer.stop()
    const partition = partitionOf('a', 6)
    await produce([1, 2, 3].map((n) => ({ key: 'a', value: event('a', 40 + n) })))
    await withAdmin(client, async (admin) => {
      // It knows the leaders of those topics only that it was asked for before.
      await admin.fetchTopicOffsets(topic)
      await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: '6' }] })
    })
    const text = `partition ${partition}: Kafka dropped offsets 4 to 5 (2 records at most) before they were read`
    expect((await look()).texts).toEqual([text])
    await startTestConsumer(kafka, settings, groupId)
    await untilBooked(13)
    expect((await look()).texts).toEqual([text])
    const allowed = await look({ allowExpired: true })
    expect([allowed.failing, allowed.findings.map(({ kind }) => kind)]).toEqual([0, ['expired']])
  })

  it('keeps a topic that was deleted apart from the one made anew', async () => {
    const { client, topic, look, consumer, command, kafka, produce, settings, groupId, untilBooked } =
      await startStored()
    await consumer.stop()
    await withAdmin(client, (admin) => admin.deleteTopics({ topics: [topic] }))
    await makeTopic(kafka)
    await produce([{ key: 'a', value: event('a', 50) }])
    await startTestConsumer(kafka, settings, groupId)
    await untilBooked(13)
    const found = await look()
    expect(found.verdict).toBe(
      'balanced: 1 line in the topic = 1 row + 0 duplicates + 0 dead letters + 0 in flight',
    )
    expect(found.others.reduce((sum, { tables }) => sum + tables.storedRows, 0)).toBe(5)
    await command(`DELETE FROM events WHERE event_id = '${id(3)}'`)
    expect((await look()).texts).toEqual([expect.stringMatching(/site a: 1 row is missing$/)])
  })
})
