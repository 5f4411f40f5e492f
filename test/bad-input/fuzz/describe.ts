// A case as a line that sends it again.
import { bodyOf } from '../send.ts'
import type { Services } from '../services.ts'
import type { FuzzCase, RecordCase, RequestCase, TalkCase } from './case.ts'

/** More than this is not written out: `--only` makes the case again. */
const mostLength = 100_000

/** A command for a shell, or for records their keys and values in base64. */
export function describeCase(sent: FuzzCase, services: Services): string {
  const line = lineOf(sent, services)
  return line.length > mostLength ? `${line.slice(0, 2000)}… (${line.length} characters in all)` : line
}

function lineOf(sent: FuzzCase, services: Services): string {
  if (sent.kind === 'record') return asRecords(sent)
  const { url } = services[sent.to]
  return sent.kind === 'talk' ? asBytes(sent, url) : asCurl(sent, url)
}

function asCurl({ request }: RequestCase, url: string): string {
  const { method = 'POST', path, headers = {}, chunked } = request
  const body = bodyOf(request)
  const all = Object.entries({ ...headers, ...(chunked ? { 'transfer-encoding': 'chunked' } : {}) })
  const named = all.flatMap(([name, value]) =>
    [value ?? ''].flat().map((one) => ` -H ${quoted(`${name}: ${one}`)}`),
  )
  const curl = `curl -i --path-as-is -X ${method}${named.join('')}`
  const target = quoted(url + path)
  if (body.length === 0) return `${curl} ${target}`
  return `echo ${body.toString('base64')} | base64 -d | ${curl} --data-binary @- ${target}`
}

function asBytes({ pieces, ending }: TalkCase, url: string): string {
  const { hostname, port } = new URL(url)
  const parts = pieces.map((piece) => piece.length).join('+')
  return `echo ${Buffer.concat(pieces).toString('base64')} | base64 -d | nc ${hostname} ${port}  # ${parts} bytes, then ${ending}`
}

function asRecords({ messages, gzip }: RecordCase): string {
  const all = messages.map(({ key, value, partition, timestamp, headers }) => ({
    key: key?.toString('base64') ?? null,
    value: value?.toString('base64') ?? null,
    ...{ partition, timestamp, headers: Object.keys(headers).length },
  }))
  return `records${gzip ? ' in gzip' : ''}: ${JSON.stringify(all)}`
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
