// What is left of a membership that ends while it is still to be found out where its partitions go on.
import { expect, it } from 'vitest'
import type { Cluster } from '../../kafka/cluster.ts'
import type { GroupMember } from '../../kafka/group/group-member.ts'
import { testLogger } from '../../test/support/fresh.ts'
import type { Lane } from '../lane/lane.ts'
import { serve } from './membership.ts'

it('ends the lanes that are opened after it was over', async () => {
  let open: (lanes: ReadonlyMap<number, Lane>) => void = () => undefined
  let ended = 0
  const lane = { end: () => (ended += 1) } as unknown as Lane
  const member = { heartbeat: () => Promise.resolve('rebalancing') } as unknown as GroupMember
  const served = serve(
    { generation: 1, memberId: 'one', partitions: [0] },
    {
      ...{ member, cluster: {} as Cluster, topic: 'events', maxHeldBytes: 1, logger: testLogger() },
      isQuiet: () => true,
      openLanes: () => new Promise((resolve) => (open = resolve)),
    },
  )
  expect(await served.ended).toBe('rebalance')
  open(new Map([[0, lane]]))
  await expect.poll(() => ended).toBe(1)
  expect(served.isOpen()).toBe(false)
})
