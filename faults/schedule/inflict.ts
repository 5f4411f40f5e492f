// Does a fault to the stack, and undoes it when its time is over.
import { setTimeout as sleep } from 'node:timers/promises'
import type { FaultStack } from '../stack/fault-stack.ts'
import type { Part } from '../stack/part.ts'
import type { PlannedFault } from './plan.ts'

/** Why a fault could not be done. */
export class NotNow extends Error {
  override name = 'NotNow'
}

/**
 * Resolves when the fault is over and undone; sooner where `signal` is given.
 * @throws NotNow where there is nothing to do it to, such as a process that is not there at the moment
 */
export async function inflict(stack: FaultStack, fault: PlannedFault, signal: AbortSignal): Promise<void> {
  const last = () => sleep(fault.durationMs, undefined, { signal }).catch(() => undefined)
  const { action, target } = fault
  if (action === 'come-and-go') await comeAndGo(stack.extraConsumer, last)
  else if (action === 'fill-disk') await fillDisk(stack, target, last)
  else if (action in ofParts) await ofParts[action as OfPart](partOf(stack, target), last)
  else await makeTrouble(stack, fault, last)
}

type OfPart = 'kill' | 'restart' | 'freeze' | 'hold-down'

const ofParts: Record<OfPart, (part: Part, last: () => Promise<void>) => Promise<void> | void> = {
  kill,
  restart: (part) => {
    process.kill(livingPid(part), 'SIGTERM')
  },
  freeze,
  'hold-down': holdDown,
}

async function kill(part: Part): Promise<void> {
  const pid = livingPid(part)
  process.kill(pid, 'SIGKILL')
  while (part.pid() === pid) await sleep(1)
}

/** A process that is stopped and goes on later does not know that time has passed. */
async function freeze(part: Part, last: () => Promise<void>): Promise<void> {
  const pid = livingPid(part)
  process.kill(pid, 'SIGSTOP')
  await last()
  if (part.pid() === pid) process.kill(pid, 'SIGCONT')
}

async function holdDown(part: Part, last: () => Promise<void>): Promise<void> {
  livingPid(part)
  await part.down()
  await last()
  await part.up()
}

/** Comes as long as it can be started: whoever is not ready when its time is over is killed. */
async function comeAndGo(part: Part, last: () => Promise<void>): Promise<void> {
  const coming = part.up().catch(() => undefined)
  await last()
  await part.stop()
  await coming
}

/** A spool is used while Kafka is away: its ingest loses Kafka for as long as its disk is full. */
async function fillDisk(stack: FaultStack, name: string, last: () => Promise<void>): Promise<void> {
  const disk = stack.disks.get(name)
  if (!disk) throw new NotNow(`there is no disk ${name}`)
  const link = `${name}>kafka`
  stack.links.set(link, { kind: 'cut' })
  await disk.fill()
  await last()
  await disk.free()
  stack.links.set(link, { kind: 'none' })
}

async function makeTrouble(
  { links }: FaultStack,
  { target, trouble }: PlannedFault,
  last: () => Promise<void>,
): Promise<void> {
  if (!trouble) throw new NotNow(`${target} is no link`)
  links.set(target, trouble)
  await last()
  links.set(target, { kind: 'none' })
}

function partOf({ parts }: FaultStack, name: string): Part {
  const part = parts.find((one) => one.name === name)
  if (!part) throw new NotNow(`there is no ${name}`)
  return part
}

function livingPid(part: Part): number {
  const pid = part.isUp() ? part.pid() : undefined
  if (pid === undefined) throw new NotNow(`${part.name} is not running at the moment`)
  return pid
}
