// Advice for who runs a command on a stack that does not run, or that does not let it in.

/** What `error` says, and what to do about it where that is known. */
export function withAdvice(error: unknown): string {
  const { message, code = '' } = error as NodeJS.ErrnoException
  const told = (message || code).trimEnd().replace(/\.$/, '')
  if (/ECONNREFUSED/.test(`${told} ${code}`)) return `${told}: start the stack first (npm start)`
  if (/Not enough privileges|Authentication failed/.test(told)) {
    return `${told}: set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD to a user that may (beside npm start: CLICKHOUSE_USER=writer), or run it in the folder of npm start`
  }
  return told
}
