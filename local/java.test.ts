// Java and Maven on this machine.
import { describe, expect, it } from 'vitest'
import { withCommand } from './fixtures.ts'
import { findJava, requireMaven } from './java.ts'

const says = (version: string) => withCommand('java', `echo 'openjdk version "${version}" 2024-01-01' >&2`)

describe('Java', () => {
  it('is found on the path from version 17 on', async () => {
    expect(await findJava(await says('17.0.15'))).toMatchObject({ command: 'java' })
    expect(await findJava(await says('21'))).toMatchObject({ command: 'java' })
  })

  it('is refused with its version where it is too old', async () => {
    await expect(findJava(await says('1.8.0_392'))).rejects.toThrow(
      'Kafka needs Java 17 or later, and Java 8 was found',
    )
    await expect(findJava(await says('11.0.2'))).rejects.toThrow('and Java 11 was found')
  })

  it('is asked for, with how to install it and the ways without it, where there is none', async () => {
    const failure = await findJava({ PATH: '/nowhere' }).catch((error: unknown) => String(error))
    expect(failure).toMatch(
      /^LaunchError: Kafka needs Java 17 or later, and none was found: install it \(Debian/,
    )
    expect(failure).toContain('brew install')
    expect(failure).toContain('set KAFKA_BROKERS')
    expect(failure).toContain('docker compose up')
  })

  it('is taken from JAVA_HOME where that is set', async () => {
    await expect(findJava({ JAVA_HOME: '/nowhere' })).rejects.toThrow('JAVA_HOME (/nowhere) has none')
  })
})

describe('Maven', () => {
  it('is asked for where there is none', async () => {
    await expect(requireMaven({ PATH: '/nowhere' })).rejects.toThrow(
      'Maven was not found: install it (Debian',
    )
  })
})
