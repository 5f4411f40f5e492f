// Opening logs: what is there, what is not, and what is broken.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openLog, readLog, type OpenLog } from './open-log.ts'

const text = 'one line\nanother line\n'.repeat(500)

function write(content: string | Buffer): string {
  const directory = mkdtempSync(join(tmpdir(), 'tallyline-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const file = join(directory, 'access.log')
  writeFileSync(file, content)
  return file
}

async function textOf(log: OpenLog): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of log.chunks) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

const open = (file: string) => openLog(file, Readable.from([]))

describe('opening a log', () => {
  it('reads a plain file and knows its size', async () => {
    const log = await open(write(text))
    expect(await textOf(log)).toBe(text)
    expect([log.size, log.bytesRead(), log.damage()]).toEqual([text.length, text.length, null])
  })

  it('unpacks gzip whatever the file is called, and counts packed bytes', async () => {
    const packed = gzipSync(text)
    const log = await open(write(packed))
    expect(await textOf(log)).toBe(text)
    expect([log.size, log.bytesRead()]).toEqual([packed.length, packed.length])
  })

  it('unpacks gzip files put one after the other', async () => {
    expect(await textOf(await open(write(Buffer.concat([gzipSync('a\n'), gzipSync('b\n')]))))).toBe('a\nb\n')
  })

  it.each([
    ['plain', Buffer.from(text)],
    ['gzip', gzipSync(text)],
  ])('reads a %s stream that comes byte by byte', async (_, bytes) => {
    const log = readLog('standard input', Readable.from(Array.from(bytes, (byte) => Buffer.of(byte))), null)
    expect(await textOf(log)).toBe(text)
  })

  it('reads an empty file as no lines', async () => {
    expect(await textOf(await open(write('')))).toBe('')
  })

  it('says that a file is missing', async () => {
    await expect(open('/nowhere/access.log')).rejects.toThrow('/nowhere/access.log does not exist')
  })

  it('says that a directory is none', async () => {
    await expect(open(tmpdir())).rejects.toThrow(`${tmpdir()} is a directory: name a log in it`)
  })
})

describe('a damaged log', () => {
  it('ends where its gzip data breaks off, and says so', async () => {
    const packed = gzipSync(text)
    const log = await open(write(packed.subarray(0, packed.length - 10)))
    expect(text.startsWith(await textOf(log))).toBe(true)
    expect(log.damage()).toMatch(/access\.log breaks off in the middle of its gzip data$/)
  })

  it('ends where its gzip data is wrong, and says so', async () => {
    const packed = gzipSync(text)
    packed.fill(0xff, 12, 30)
    const log = await open(write(packed))
    await textOf(log)
    expect(log.damage()).toMatch(/access\.log is damaged gzip \(.+\)$/)
  })

  it('ends where it cannot be read any further, and says so', async () => {
    async function* failing() {
      yield Buffer.from('a\n')
      await Promise.reject(new Error('I/O error'))
    }
    const log = readLog('access.log', failing(), null)
    expect(await textOf(log)).toBe('a\n')
    expect(log.damage()).toBe('access.log cannot be read (I/O error)')
  })
})
