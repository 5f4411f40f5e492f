// Why a service cannot listen where it is told to, in words that name the setting.
import type { ListenSettings } from './config.ts'
import { StartError } from './start-error.ts'

/** An address or a port that cannot be had. */
export class ListenError extends StartError {
  override name = 'ListenError'
}

/** `error` of listening at `settings`, told with what to do where that is known. */
export function toListenError(error: NodeJS.ErrnoException, settings: ListenSettings): Error {
  const { host, port, portVariable = 'the port' } = settings
  const messages: Record<string, string> = {
    EADDRINUSE: `Port ${port} of ${host} is taken: set ${portVariable} to another one (0 means any free one), or stop what listens there.`,
    EACCES: `Port ${port} is not open to this user: set ${portVariable} to one above 1023.`,
  }
  const noAddress = `HOST (${host}) is not an address of this machine (${error.code}): set HOST to one, such as 127.0.0.1.`
  const isOfHost = ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL', 'EAFNOSUPPORT'].includes(
    error.code ?? '',
  )
  const message = isOfHost ? noAddress : messages[error.code ?? '']
  return message === undefined ? error : new ListenError(message, { cause: error })
}
