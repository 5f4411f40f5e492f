// What kind of body a request says it has.
import { Problem } from '../runtime/problem.ts'

/**
 * The media type in lower case, if it is one of `allowed` and its text is UTF-8.
 * @throws Problem 415 naming what is taken
 */
export function mediaType(header: string | undefined, allowed: readonly string[]): string {
  if (header !== undefined && allowed.includes(header)) return header
  const [type = '', ...parameters] = (header ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  if (!allowed.includes(type)) {
    const sent = type === '' ? 'no content type' : `the content type ${type.slice(0, 100)}`
    throw new Problem(415, `${sent} is not taken here: send ${allowed.join(' or ')}`)
  }
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '')
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii') {
    throw new Problem(415, `the charset ${charset.slice(0, 50)} is not taken here: send UTF-8`)
  }
  return type
}
