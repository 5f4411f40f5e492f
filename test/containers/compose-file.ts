// What the tests need to know of docker-compose.yml without starting it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')

export const composeFile = readFileSync(join(root, 'docker-compose.yml'), 'utf8')

/** The image of Kafka or ClickHouse, so that its version is written in one place. */
export function imageOf(name: string): string {
  const image = new RegExp(`image: (${name}:\\S+)`).exec(composeFile)?.[1]
  if (image === undefined) throw new Error(`docker-compose.yml has no image ${name}`)
  return image
}
