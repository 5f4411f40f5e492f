// Lets Java start Kafka in half the time: the classes of a former run, laid out as Java maps them into memory.
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import type { Java } from './java.ts'

export interface ClassArchive {
  /** What Java is to be told. */
  options: string[]
  /** To be called once Java has ended in order: keeps what it wrote for later runs. */
  keep: () => Promise<void>
}

/**
 * The archive for these jars and this very Java; where there is none yet, Java writes one as it ends, which takes it
 * some seconds, once. An archive that does not fit is ignored by Java.
 * @param jars an absolute path: the archive fits only jars that are named as they were
 */
export function classArchive(jars: string, java: Java): ClassArchive {
  const build = createHash('sha256').update(java.build).digest('hex').slice(0, 12)
  const file = `${jars}-${build}.jsa`
  if (existsSync(file)) {
    return { options: [`-XX:SharedArchiveFile=${file}`, quiet], keep: () => Promise.resolve() }
  }
  const written = `${file}.partial-${process.pid}-${randomUUID()}`
  return {
    options: [`-XX:ArchiveClassesAtExit=${written}`, quiet],
    keep: async () => {
      await rename(written, file).catch(() => rm(written, { force: true }))
    },
  }
}

/** None is used and none is written. */
export const noArchive: ClassArchive = { options: [], keep: () => Promise.resolve() }

/** Which classes Java leaves out of the archive, and why, is of no use to anyone. */
const quiet = '-Xlog:all=error'
