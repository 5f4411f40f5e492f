// The command as it is run: what it prints and the code it ends with.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'

const line = '10.0.0.1 - - [14/Nov/2025:09:00:00 +0000] "GET /home HTTP/1.1" 200 512 "-" "Firefox"\n'

/** An ingest that answers every batch with `status` and the verdicts that `answer` makes of its lines. */
async function serve(answer: (lines: string[]) => object, status = 202): Promise<string> {
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      response.writeHead(status).end(JSON.stringify(answer(body.trimEnd().split('\n'))))
    })
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const acceptAll = (lines: string[]) => ({ accepted: lines.length, errors: [] })

function start(args: string[]) {
  const command = spawn(process.execPath, ['--import', 'tsx', 'cli/import-log/main.ts', ...args])
  onTestFinished(() => void command.kill('SIGKILL'))
  command.stdin.on('error', () => undefined)
  return command
}

async function run(args: string[], input: string | Buffer = '') {
  const command = start(args)
  command.stdin.end(input)
  const printed = Promise.all([text(command.stdout), text(command.stderr)])
  const [code] = (await once(command, 'exit')) as [number | null]
  const [out, err] = await printed
  return { out, err, code }
}

describe('npm run import', () => {
  it('ends with 0 when every line is in', async () => {
    const url = await serve(acceptAll)
    const { out, err, code } = await run(['-', '--site', 'demo', '--url', url], gzipSync(line.repeat(3)))
    expect(out).toMatch(
      /^Imported standard input for site demo: 3 lines in .*\n {2}sent {6}3\n {2}accepted {2}3\n/,
    )
    expect([err, code]).toEqual(['', 0])
  })

  it('ends with 1 when lines were malformed or refused, and names them', async () => {
    const errors = [{ index: 1, retryable: false, errors: [{ message: 'path is too long' }] }]
    const url = await serve(() => ({ accepted: 1, errors }), 207)
    const { out, code } = await run(['-', '--site', 'demo', '--url', url], `${line}hello\n${line}`)
    expect(out).toMatch(/refused {3}1\n {4}line 3: path is too long\n {2}malformed 1\n {4}line 2: "hello"/)
    expect(code).toBe(1)
  })

  it('ends with 2 where the address is not that of an ingest, and with what is in so far', async () => {
    const url = await serve(() => ({ detail: 'no such route' }), 404)
    const { out, code } = await run(['-', '--site', 'demo', '--url', url], line)
    expect(out).toContain(`Not finished, ${url}/events: answered 404: no such route: 1 lines`)
    expect(code).toBe(2)
  })

  it('ends with 2 after a log that breaks off, and keeps what came before', async () => {
    const url = await serve(acceptAll)
    const packed = gzipSync(line.repeat(1000))
    const { out, code } = await run(['-', '--site', 'demo', '--url', url], packed.subarray(0, -12))
    expect(out).toMatch(/^Not finished, standard input breaks off in the middle of its gzip data: \d+ lines/)
    expect(code).toBe(2)
  })

  it('ends with 2 and one sentence for a wrong command line or file', async () => {
    const wrong = await Promise.all([
      run(['x', '--site', 'demo', '--sight']),
      run(['/nowhere/x', '--site', 'demo']),
    ])
    expect(wrong).toEqual([
      { out: '', err: "Unknown option '--sight'. See npm run import -- --help\n", code: 2 },
      { out: '', err: '/nowhere/x does not exist\n', code: 2 },
    ])
  })

  it('explains itself', async () => {
    const { out, code } = await run(['--help'])
    expect(out).toMatch(/^Usage: npm run import -- /)
    expect(code).toBe(0)
  })

  it('says what it waits for, and ends at once with what is in so far at Ctrl-C', async () => {
    const command = start(['-', '--site', 'demo', '--url', 'http://127.0.0.1:9'])
    command.stdin.end(line)
    const out = text(command.stdout)
    const [waiting] = (await once(command.stderr, 'data')) as [Buffer]
    expect(String(waiting)).toBe('waiting for 127.0.0.1:9: no connection (ECONNREFUSED)\n')
    command.kill('SIGINT')
    const [, signal] = (await once(command, 'exit')) as [null, string]
    expect(await out).toMatch(/^Stopped: 1 lines in .*[^]* {2}unknown {3}1\n/)
    expect(signal).toBe('SIGINT')
  })
})
