import { describe, expect, it, onTestFinished } from 'vitest'
import { setTimeout as sleep } from 'node:timers/promises'
import { untilDone } from '../../runtime/retry.ts'
import { freshKafka, freshName, makeTopic, testLogger } from '../../test/support/fresh.ts'
import { startProxiedKafka } from '../../test/support/proxied-kafka.ts'
import { createKafka } from '../client.ts'
import { openCluster } from '../cluster.ts'
import type { KafkaSettings } from '../config.ts'
import { readGroupProgress } from '../group-progress.ts'
import {
  createGroupMember,
  groupRequestTimeoutMs,
  isHopeless,
  type GroupMember,
  type Membership,
} from './group-member.ts'

const never = new AbortController().signal

/** A group of a topic; its members leave with the test. */
async function startGroup(settings: KafkaSettings) {
  const groupId = freshName('group')
  const topic = settings.topic.name
  const admin = createKafka(settings, 'test', testLogger()).admin()
  await admin.connect()
  onTestFinished(() => admin.disconnect())
  return {
    ...{ settings, groupId },
    newMember: (through = settings) => {
      const kafka = createKafka(through, 'test', testLogger(), groupRequestTimeoutMs)
      const member = createGroupMember(kafka, groupId, topic)
      onTestFinished(async () => {
        await member.leave()
        member.close()
      })
      return member
    },
    /** What the group has committed of a partition. */
    committed: async (partition: number) => {
      const progress = await readGroupProgress(admin, groupId, topic)
      const found = progress.find((one) => one.partition === partition)
      return [found?.committed, found?.metadata]
    },
  }
}

async function startFreshGroup() {
  const settings = freshKafka()
  await makeTopic(settings)
  return startGroup(settings)
}

/** Joins as a consumer does: what may pass is tried again. */
const join = (member: GroupMember) =>
  untilDone(() => member.join(never), { signal: never, isHopeless, onFailure: () => undefined })

/** Joins until all of them are in the same generation, each anew as often as the group asks for it. */
async function joinAll(...members: GroupMember[]): Promise<Membership[]> {
  const memberships = new Map<GroupMember, Membership>()
  const isComplete = () =>
    memberships.size === members.length &&
    new Set([...memberships.values()].map(({ generation }) => generation)).size === 1
  const takePart = async (member: GroupMember) => {
    let own = await join(member)
    memberships.set(member, own)
    while (!isComplete()) {
      await sleep(50)
      if ((await member.heartbeat(own)) !== 'member') own = await join(member)
      memberships.set(member, own)
    }
    return own
  }
  return Promise.all(members.map(takePart))
}

/** Takes a member out of its group, as an operator does. */
async function expel(settings: KafkaSettings, groupId: string, memberId: string): Promise<void> {
  const cluster = openCluster(createKafka(settings, 'test', testLogger()))
  await cluster.connect()
  const coordinator = await cluster.findGroupCoordinator({ groupId })
  await coordinator.leaveGroup({ groupId, memberId })
  await cluster.disconnect()
}

describe('members of a group', () => {
  it('share all partitions, each of which has one of them, also when one has left', async () => {
    const { newMember } = await startFreshGroup()
    const [first, second, third] = [newMember(), newMember(), newMember()]
    await joinAll(first)
    const three = await joinAll(first, second, third)
    expect(three.map(({ partitions }) => partitions.length)).toEqual([2, 2, 2])
    expect(three.flatMap(({ partitions }) => partitions).sort()).toEqual([0, 1, 2, 3, 4, 5])
    expect(new Set(three.map(({ generation }) => generation)).size).toBe(1)
    await second.leave()
    const two = await joinAll(first, third)
    expect(two.map(({ partitions }) => partitions.length)).toEqual([3, 3])
    expect(two.flatMap(({ partitions }) => partitions).sort()).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('commit under their present membership, and under no earlier one', async () => {
    const { newMember, committed } = await startFreshGroup()
    const [first, second] = [newMember(), newMember()]
    const before = await join(first)
    const move = (offset: number, metadata: string) => [{ partition: 3, offset, metadata }]
    expect(await first.commit(before, move(7, 'seven'))).toEqual({ outcome: 'done' })
    const [after] = await joinAll(first, second)
    expect(await first.commit(before, move(8, 'eight'))).toMatchObject({ outcome: 'refused' })
    expect(await committed(3)).toEqual([7, 'seven'])
    expect(await first.commit(after as Membership, move(9, 'nine'))).toEqual({ outcome: 'done' })
    await first.leave()
    expect(await first.commit(after as Membership, move(10, 'ten'))).toMatchObject({ outcome: 'refused' })
    expect(await committed(3)).toEqual([9, 'nine'])
  })

  it('learn from a heartbeat that the group is joined anew, and that they are no member any more', async () => {
    const { newMember } = await startFreshGroup()
    const [first, second] = [newMember(), newMember()]
    const membership = await join(first)
    expect(await first.heartbeat(membership)).toBe('member')
    const joining = join(second)
    await expect.poll(() => first.heartbeat(membership), { timeout: 5000 }).toBe('rebalancing')
    const again = await join(first)
    await joining
    expect(await first.heartbeat(membership)).toBe('gone')
    expect(await first.heartbeat(again)).toBe('member')
    await first.leave()
    expect(await first.heartbeat(again)).toBe('gone')
  })

  it('that the group has forgotten are refused once, which is not for good, and are other members then', async () => {
    const { newMember, settings, groupId } = await startFreshGroup()
    const member = newMember()
    const membership = await join(member)
    await expel(settings, groupId, membership.memberId)
    const refused = await member.join(never).catch((error: unknown) => error)
    expect(refused).toMatchObject({ type: 'UNKNOWN_MEMBER_ID' })
    expect(isHopeless(refused)).toBe(false)
    const again = await join(member)
    expect(again.memberId).not.toBe(membership.memberId)
    expect(again.partitions).toEqual([0, 1, 2, 3, 4, 5])
  })

  it('stop waiting for a group that is not complete when they are told to, and leave it', async () => {
    const { newMember } = await startFreshGroup()
    const [first, second] = [newMember(), newMember()]
    const membership = await join(first)
    const giveUp = new AbortController()
    // The first one does not join anew, which the group waits for.
    const joining = second.join(giveUp.signal)
    joining.catch(() => undefined)
    await expect.poll(() => first.heartbeat(membership), { timeout: 5000 }).toBe('rebalancing')
    giveUp.abort(new Error('no longer wanted'))
    await expect(joining).rejects.toThrow('no longer wanted')
    // It learns what it is to leave as once the group is complete.
    const left = second.leave()
    await join(first)
    await left
    await expect
      .poll(async () => (await join(first)).partitions, { timeout: 10_000 })
      .toEqual([0, 1, 2, 3, 4, 5])
  })
})

describe('a member whose connections are silent', () => {
  it('does not know what became of a commit, and goes on over other connections', async () => {
    const { proxy, direct, proxied } = await startProxiedKafka()
    const { newMember, committed } = await startGroup(direct)
    const member = newMember(proxied)
    const membership = await join(member)
    proxy.set({ kind: 'swallow' })
    const moves = [{ partition: 1, offset: 5, metadata: 'five' }]
    expect(await member.commit(membership, moves)).toMatchObject({ outcome: 'unknown' })
    proxy.set({ kind: 'none' })
    expect(await member.heartbeat(membership)).toBe('member')
    expect(await committed(1)).toEqual([5, 'five'])
  })

  it('leaves without an answer', async () => {
    const { proxy, direct, proxied } = await startProxiedKafka()
    const { newMember } = await startGroup(direct)
    const member = newMember(proxied)
    await join(member)
    proxy.set({ kind: 'half-open' })
    await expect(member.leave()).resolves.toBeUndefined()
  })
})
