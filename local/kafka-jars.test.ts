// Fetching Kafka's jars, with a Maven that does as it is told.
import { existsSync } from 'node:fs'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { freshFolder, withCommand } from './fixtures.ts'
import { kafkaJars } from './kafka-jars.ts'
import { silent, type Progress } from './progress.ts'

/** Maven puts one jar into the folder it is told, after `first` ran; `mvn --version` works. */
const maven = (first: string) =>
  withCommand(
    'mvn',
    `[ "$1" = --version ] && exit 0
     for last; do :; done
     folder=\${last#-DoutputDirectory=}
     mkdir -p "$folder"
     ${first}
     echo "[INFO] Downloaded from central: https://example.org/kafka.jar (8.2 MB at 1.1 MB/s)"
     echo jar > "$folder/kafka.jar"`,
  )

const fetchJars = async (cacheDir: string, first: string, progress: Progress = silent) =>
  kafkaJars({ cacheDir, env: await maven(first), progress })

describe("Kafka's jars", () => {
  it('are fetched once', async () => {
    const cacheDir = await freshFolder()
    const folder = await fetchJars(cacheDir, '')
    expect(await readdir(folder)).toEqual(['kafka.jar'])
    expect(await fetchJars(cacheDir, 'exit 1')).toBe(folder)
    expect(await readdir(cacheDir)).toEqual(['kafka-4.3.0'])
  })

  it('are told of while they come', async () => {
    const details: string[] = []
    const task = { ...silent.begin(''), detail: (text: string) => details.push(text) }
    await fetchJars(await freshFolder(), '', { ...silent, begin: () => task })
    expect(details).toEqual(['1 files, 8 MB so far'])
  })

  it('are not taken for complete when fetching was interrupted', async () => {
    const cacheDir = await freshFolder()
    await expect(fetchJars(cacheDir, 'echo half > "$folder/half.jar"; kill -KILL $$')).rejects.toThrow(
      'Maven could not fetch Kafka 4.3.0',
    )
    expect(await readdir(cacheDir)).toEqual([])
    expect(await readdir(await fetchJars(cacheDir, ''))).toEqual(['kafka.jar'])
  })

  it('lose what a fetch that was killed left behind', async () => {
    const cacheDir = await freshFolder()
    const leftover = join(cacheDir, 'kafka-4.3.0.partial-999999999-0')
    await mkdir(leftover)
    await writeFile(join(leftover, 'half.jar'), '')
    await fetchJars(cacheDir, '')
    expect(existsSync(leftover)).toBe(false)
  })

  it('are explained in one sentence when Maven cannot reach its repository', async () => {
    const fault = `echo "[ERROR] Failed to execute goal: Could not transfer artifact: Connection refused -> [Help 1]"; exit 1`
    await expect(fetchJars(await freshFolder(), fault)).rejects.toThrow(
      "Maven could not fetch Kafka 4.3.0 (Failed to execute goal: Could not transfer artifact: Connection refused): check the network and Maven's settings and start again, or set KAFKA_BROKERS to a Kafka of your own, or run `docker compose up --build`.",
    )
  })

  it('are explained when the disk is full', async () => {
    const cacheDir = await freshFolder()
    await expect(
      fetchJars(cacheDir, 'echo "[ERROR] kafka.jar: No space left on device"; exit 1'),
    ).rejects.toThrow(`The disk that holds ${cacheDir} is full`)
  })

  it('are there for both of two that fetch at once', async () => {
    const cacheDir = await freshFolder()
    const [one, other] = await Promise.all([fetchJars(cacheDir, ''), fetchJars(cacheDir, 'sleep 0.2')])
    expect(one).toBe(other)
    expect(await readdir(one)).toEqual(['kafka.jar'])
  })
})
