// The house keeps its shape: who may import whom, how long files and functions get, where SQL lives.
import { join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { files, read, root } from './support/tree.ts'

const sources = files.filter((file) => file.endsWith('.ts'))
const roomOf = (file: string) => file.split('/')[0] ?? ''

/**
 * What each room may import from other rooms. Tests beside the code may also use `test` and `local`. Settings may be
 * read from anywhere above: the launcher checks those of all services before it starts any.
 */
const arrows: Record<string, readonly string[]> = {
  event: [],
  runtime: [],
  client: ['runtime'],
  kafka: ['event', 'runtime'],
  clickhouse: ['event', 'runtime'],
  spool: ['runtime'],
  ingest: ['event', 'kafka', 'spool', 'runtime'],
  consumer: ['event', 'kafka', 'clickhouse', 'runtime'],
  reporting: ['kafka', 'clickhouse', 'runtime'],
  local: ['kafka', 'clickhouse', 'runtime'],
  cli: ['event', 'client', 'kafka', 'clickhouse', 'runtime'],
}

/** Those that look at the whole from outside. */
const outside = ['test', 'bench', 'faults']

/** What `event` may take from outside: it is read by everybody and must stay plain. */
const packages: Record<string, readonly string[]> = { event: ['zod', 'uuid'] }

function importsOf(file: string): string[] {
  const text = read(file)
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)'([^']+)'/g)].map((match) => match[1] ?? '')
}

describe('the rooms', () => {
  const rooms = sources.filter((file) => roomOf(file) in arrows && !/\.test\.ts$/.test(file))

  it.each(Object.keys(arrows))('%s imports only the rooms it may', (room) => {
    const allowed = [room, ...(arrows[room] ?? [])]
    const wrong = rooms
      .filter((file) => roomOf(file) === room)
      .flatMap((file) =>
        importsOf(file)
          .filter((target) => target.startsWith('.') && !(room === 'local' && target.endsWith('/config.ts')))
          .map((target) => roomOf(relative(root, join(root, file, '..', target))))
          .filter((target) => !allowed.includes(target))
          .map((target) => `${file} imports ${target}`),
      )
    expect(wrong).toEqual([])
  })

  it('event takes zod and uuid from outside, and nothing that talks to the world', () => {
    const wrong = rooms.flatMap((file) => {
      const allowed = packages[roomOf(file)]
      if (!allowed) return []
      return importsOf(file).filter(
        (target) => !target.startsWith('.') && !target.startsWith('node:') && !allowed.includes(target),
      )
    })
    expect(wrong).toEqual([])
  })

  it('only kafka and consumer name kafkajs, only clickhouse names its client', () => {
    const wrong = rooms.filter((file) => {
      const targets = importsOf(file)
      const kafkajs = targets.includes('kafkajs') && !['kafka', 'consumer'].includes(roomOf(file))
      return kafkajs || (targets.includes('@clickhouse/client') && roomOf(file) !== 'clickhouse')
    })
    expect(wrong).toEqual([])
  })

  it('every folder with code at the top level is a room, or may import anything', () => {
    const folders = new Set(sources.filter((file) => file.includes('/')).map(roomOf))
    expect([...folders].filter((room) => !(room in arrows) && !outside.includes(room))).toEqual([])
  })

  it('no room imports those that may import anything, tests aside', () => {
    const wrong = rooms.flatMap((file) =>
      importsOf(file)
        .filter((target) => target.startsWith('.'))
        .map((target) => roomOf(relative(root, join(root, file, '..', target))))
        .filter((target) => outside.includes(target))
        .map((target) => `${file} imports ${target}`),
    )
    expect(wrong).toEqual([])
  })
})

describe('the sizes', () => {
  it('no file is longer than 250 lines', () => {
    const long = sources
      .map((file) => [file, read(file).split('\n').length - 1] as const)
      .filter(([, lines]) => lines > 250)
    expect(long).toEqual([])
  })

  it('no function is longer than 60 lines, tests aside', () => {
    const long = sources.filter((file) => !/\.test\.ts$/.test(file)).flatMap(longFunctions)
    expect(long).toEqual([])
  })

  it('no file uses the type any, and each begins by saying what it is', () => {
    const code = sources.filter((file) => !/\.test\.ts$/.test(file) && !file.endsWith('.config.ts'))
    expect(
      sources.filter((file) => /(:|<|\bas) any\b/.test(read(file)) && file !== 'test/architecture.test.ts'),
    ).toEqual([])
    expect(code.filter((file) => !/^(#!.*\n)?\/\/ /.test(read(file)))).toEqual([])
  })

  function longFunctions(file: string): string[] {
    const source = ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true)
    const found: string[] = []
    const visit = (node: ts.Node) => {
      if (ts.isFunctionLike(node)) {
        const lineOf = (position: number) => source.getLineAndCharacterOfPosition(position).line
        const lines = lineOf(node.getEnd()) - lineOf(node.getStart()) + 1
        if (lines > 60) found.push(`${file}:${lineOf(node.getStart()) + 1} has ${lines} lines`)
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
    return found
  }
})

describe('SQL', () => {
  // The embedded server opens its ports by a statement on its own command line.
  const excepted = ['local/clickhouse-process.ts']

  it('lives in clickhouse, test, bench and faults only', () => {
    const sql = /\b(SELECT\s.+\sFROM|INSERT\s+INTO|CREATE\s+(TABLE|VIEW|DATABASE)|ALTER\s+TABLE)\b/
    const wrong = sources.filter(
      (file) =>
        !excepted.includes(file) &&
        !['clickhouse', ...outside].includes(roomOf(file)) &&
        !/\.test\.ts$/.test(file) &&
        sql.test(read(file)),
    )
    expect(wrong).toEqual([])
  })
})
