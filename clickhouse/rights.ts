// Whether the user of the consumer may do all that it will have to, found out before there is anything to do.
import { text } from 'node:stream/consumers'
import { StartError } from '../runtime/start-error.ts'
import type { ClickHouse } from './client.ts'
import type { ClickHouseSettings } from './config.ts'
import { isAnswer } from './errors.ts'

/** A user that ClickHouse does not know, or that lacks rights. */
export class RightsMissing extends StartError {
  override name = 'RightsMissing'
}

const syntaxError = '62'
const authenticationFailed = '516'

/**
 * Resolves where the user may write and read the tables, or where ClickHouse is too old to be asked.
 * @throws RightsMissing naming every right that is missing; whatever the client throws where there is no answer
 */
export async function checkWriterRights(
  clickhouse: ClickHouse,
  { user, url, database }: Pick<ClickHouseSettings, 'user' | 'url' | 'database'>,
): Promise<void> {
  const tables = ['events', 'events_trial', 'dead_letters', 'ranges']
  const rights = [
    ...tables.map((table) => `SELECT, INSERT ON ${database}.${table}`),
    'SELECT ON system.processes',
  ]
  const missing: string[] = []
  for (const right of rights) {
    if (!(await isGranted(clickhouse, right).catch((error: unknown) => refuse(error, user, url))))
      missing.push(right)
  }
  if (missing.length === 0) return
  throw new RightsMissing(
    `ClickHouse user ${user} at ${url} lacks ${missing.join('; ')}: set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD to a user that has it (beside npm start: CLICKHOUSE_USER=writer), or grant it.`,
  )
}

/** CHECK GRANT: https://clickhouse.com/docs/sql-reference/statements/check-grant */
async function isGranted(clickhouse: ClickHouse, right: string): Promise<boolean> {
  try {
    // Not as a query: the client would add a FORMAT, which this statement does not take.
    const { stream } = await clickhouse.exec({ query: `CHECK GRANT ${right}` })
    return (await text(stream)).trim() !== '0'
  } catch (error) {
    if (isAnswer(error) && error.code === syntaxError) return true
    throw error
  }
}

function refuse(error: unknown, user: string, url: string): never {
  if (!isAnswer(error) || error.code !== authenticationFailed) throw error
  throw new RightsMissing(
    `ClickHouse at ${url} does not let user ${user} in: set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD to a user it knows (beside npm start: CLICKHOUSE_USER=writer, without a password).`,
    { cause: error },
  )
}
