// The rights of the consumer's user.
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { freshDatabase } from '../test/support/fresh.ts'
import { createClickHouse } from './client.ts'
import { checkWriterRights, RightsMissing } from './rights.ts'

const checkAs = async (overrides: { user?: string; password?: string; database?: string; url?: string }) => {
  const settings = { ...inject('clickhouse'), ca: null, database: 'default', ...overrides }
  const clickhouse = createClickHouse(settings, 10_000)
  onTestFinished(() => clickhouse.close())
  await checkWriterRights(clickhouse, settings)
}

describe("the rights of the consumer's user", () => {
  it('suffice where all tables may be written and read', async () => {
    const { settings } = await freshDatabase()
    await checkAs({ database: settings.database })
  })

  it('are named one by one where they are missing, with the settings that help', async () => {
    const { database } = (await freshDatabase()).settings
    const checking = checkAs({ user: 'reader', database })
    await expect(checking).rejects.toThrow(RightsMissing)
    await expect(checking).rejects.toThrow(
      new RegExp(
        `user reader .* lacks SELECT, INSERT ON ${database}\\.events; .*CLICKHOUSE_USER and CLICKHOUSE_PASSWORD`,
      ),
    )
  })

  it('are missing to a user that is not known', async () => {
    const checking = checkAs({ user: 'nobody', password: 'wrong' })
    await expect(checking).rejects.toThrow(/does not let user nobody in: set CLICKHOUSE_USER/)
    await expect(checking).rejects.toThrow(RightsMissing)
  })

  it('are not judged where ClickHouse cannot be reached', async () => {
    await expect(checkAs({ url: 'http://127.0.0.1:1' })).rejects.not.toThrow(RightsMissing)
  })
})
