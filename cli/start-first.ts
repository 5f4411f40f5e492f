// Advice for who runs a command on a stack that does not run.

/** What `error` says; where nothing listens, what to do about it, too. */
export function withAdvice(error: unknown): string {
  const { message, code = '' } = error as NodeJS.ErrnoException
  const told = message || code
  return /ECONNREFUSED/.test(`${told} ${code}`) ? `${told}: start the stack first (npm start)` : told
}
