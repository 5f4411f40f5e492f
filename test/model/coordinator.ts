// The model's group coordinator: members and their sessions, generations, assignments, committed offsets. Like
// Kafka's, it holds a commit to the member's id and generation and to nothing else, least of all to its assignment.
import type { Lease } from '../../consumer/lane/lane-state.ts'

export const sessionSeconds = 10

export interface Committed {
  /** Null once the group is forgotten. */
  offset: number | null
  lease: Lease | null
}

export interface Answer {
  generation: number
  partitions: number[]
}

interface Session {
  lastSeen: number
  /** Whether it waits for the next generation. */
  hasJoined: boolean
}

export interface Coordinator {
  generation: number
  sessions: Map<number, Session>
  /** When the next generation began to be gathered; null while the group is stable. */
  gatheringSince: number | null
  /** By member id: the newest answer to its join, which it may read much later. */
  answers: Map<number, Answer>
  /** By partition. */
  committed: Committed[]
  nextId: number
}

export function createCoordinator(partitions: number): Coordinator {
  return {
    ...{ generation: 0, sessions: new Map(), gatheringSince: null, answers: new Map(), nextId: 1 },
    committed: Array.from({ length: partitions }, () => ({ offset: 0, lease: null })),
  }
}

/** @param id the id it had, which it keeps while the group knows it; a member without one is given a new one */
export function join(coordinator: Coordinator, id: number | null, now: number): number {
  const known = id !== null && coordinator.sessions.has(id) ? id : coordinator.nextId++
  coordinator.sessions.set(known, { lastSeen: now, hasJoined: true })
  coordinator.answers.delete(known)
  coordinator.gatheringSince ??= now
  pass(coordinator, now)
  return known
}

export function leave(coordinator: Coordinator, id: number, now: number): void {
  if (coordinator.sessions.delete(id)) coordinator.gatheringSince ??= now
  pass(coordinator, now)
}

export function heartbeat(
  coordinator: Coordinator,
  id: number,
  generation: number,
  now: number,
): 'fine' | 'rejoin' | 'unknown' {
  const session = coordinator.sessions.get(id)
  if (!session) return 'unknown'
  session.lastSeen = now
  return coordinator.gatheringSince !== null || generation !== coordinator.generation ? 'rejoin' : 'fine'
}

/** Whether the commit was accepted. */
export function commit(
  coordinator: Coordinator,
  { id, generation }: { id: number; generation: number },
  partition: number,
  committed: Committed,
): boolean {
  if (!coordinator.sessions.has(id) || generation !== coordinator.generation) return false
  coordinator.committed[partition] = committed
  return true
}

/** What time brings: sessions end, and the next generation begins without those who do not come. */
export function pass(coordinator: Coordinator, now: number): void {
  const { sessions } = coordinator
  for (const [id, session] of sessions) {
    if (session.hasJoined || now - session.lastSeen <= sessionSeconds) continue
    sessions.delete(id)
    coordinator.gatheringSince ??= now
  }
  if (coordinator.gatheringSince === null) return
  const isOver = now - coordinator.gatheringSince > sessionSeconds
  for (const [id, { hasJoined }] of sessions) {
    if (hasJoined) continue
    if (!isOver) return
    sessions.delete(id)
  }
  beginGeneration(coordinator, now)
}

/** Broker and coordinator go and come back: offsets and the generation's number are kept, the members are not. */
export function restart(coordinator: Coordinator): void {
  coordinator.sessions.clear()
  coordinator.answers.clear()
  coordinator.gatheringSince = null
}

/** The group was empty for so long that nothing is known of it: no offset, no lease, no generation. */
export function forgetGroup(coordinator: Coordinator): void {
  restart(coordinator)
  coordinator.generation = 0
  coordinator.committed.fill({ offset: null, lease: null })
}

function beginGeneration(coordinator: Coordinator, now: number): void {
  coordinator.generation++
  coordinator.gatheringSince = null
  const ids = [...coordinator.sessions.keys()]
  for (const [index, id] of ids.entries()) {
    coordinator.sessions.set(id, { lastSeen: now, hasJoined: false })
    const partitions: number[] = []
    for (let partition = 0; partition < coordinator.committed.length; partition++) {
      // Turned by the generation, so that partitions wander.
      if ((partition + coordinator.generation) % ids.length === index) partitions.push(partition)
    }
    coordinator.answers.set(id, { generation: coordinator.generation, partitions })
  }
}
