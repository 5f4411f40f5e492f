// The spool of this process, and those that others left behind.
import { partitionOf } from '../../kafka/partition-of.ts'
import type { Logger } from '../../runtime/logger.ts'
import {
  foldersOfOthers,
  takeFolder,
  takeLeftFolder,
  unusable,
  type OwnedFolder,
} from '../../spool/folders.ts'
import { openSpool, type Spool } from '../../spool/spool.ts'

export interface SpoolPlace {
  dir: string
  maxBytes: number
  topic: string
  partitions: number
  logger: Logger
}

/**
 * Opens a spool of its own for this process, with what an earlier one may have left in it.
 * @throws SpoolFolderError where the folder cannot be used
 */
export async function openOwnSpool(place: SpoolPlace): Promise<Spool> {
  const owned = await takeFolder(place.dir, place.topic)
  const spool = await openIn(owned, place).catch((error: unknown) => {
    throw unusable(owned.folder, error)
  })
  const { bytes, events } = spool.state()
  const ofOthers = await foldersOfOthers(place.dir, place.topic)
  if (ofOthers.length > 0) {
    const message =
      'the spool holds events of other topics: run ingest with their KAFKA_TOPIC to bring them to Kafka'
    place.logger.warn({ dir: place.dir, folders: ofOthers }, message)
  }
  place.logger.info({ folder: owned.folder, bytes, events }, 'the spool is open')
  return spool
}

/** Opens a spool of a process that is gone; null where there is none. One that cannot be read is passed over, loudly. */
export async function openLeftSpool(place: SpoolPlace): Promise<Spool | null> {
  const unreadable = new Set<string>()
  for (;;) {
    const left = await takeLeftFolder(place.dir, place.topic, unreadable)
    if (!left) return null
    place.logger.info({ folder: left.folder }, 'taking over a spool that was left behind')
    try {
      return await openIn(left, place)
    } catch (error) {
      place.logger.error({ err: error, folder: left.folder }, 'the spool that was left behind cannot be read')
      unreadable.add(left.folder)
    }
  }
}

async function openIn({ folder, lock }: OwnedFolder, place: SpoolPlace): Promise<Spool> {
  const { maxBytes, partitions, logger } = place
  const laneOf = (siteId: string) => partitionOf(siteId, partitions)
  try {
    return await openSpool({ folder, lock, maxBytes, laneOf, logger })
  } catch (error) {
    lock.release()
    throw error
  }
}
