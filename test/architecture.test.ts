// The house keeps its shape: who may import whom, how long files and functions get, where SQL lives, and that what
// the documents say is so.
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { clickhouseVariables, viewTypeVariables } from '../clickhouse/config.ts'
import { consumerVariables } from '../consumer/config.ts'
import { ingestVariables } from '../ingest/config.ts'
import { localVariables } from '../local/config.ts'
import { reportingVariables } from '../reporting/config.ts'

const root = join(import.meta.dirname, '..')
const skipped = new Set(['node_modules', 'dist', '.data', '.git', 'results'])

const files = listFiles(root)
const sources = files.filter((file) => file.endsWith('.ts'))
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const roomOf = (file: string) => file.split('/')[0] ?? ''

function listFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => !skipped.has(name))
    .flatMap((name) => {
      const path = join(folder, name)
      return statSync(path).isDirectory() ? listFiles(path) : [relative(root, path)]
    })
}

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
  ingest: ['event', 'kafka', 'runtime'],
  consumer: ['event', 'kafka', 'clickhouse', 'runtime'],
  reporting: ['kafka', 'clickhouse', 'runtime'],
  local: ['kafka', 'clickhouse', 'runtime'],
  cli: ['event', 'client', 'kafka', 'clickhouse', 'runtime'],
}

/** What `event` and `runtime` may take from outside; the other rooms are held by the arrows. */
const packages: Record<string, readonly string[]> = { event: ['zod', 'uuid'] }

function importsOf(file: string): string[] {
  const text = read(file)
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '')
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

  it('event knows zod and nothing that talks to the world', () => {
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

  it('every folder with code at the top level is a room, a test or a bench', () => {
    const folders = new Set(sources.filter((file) => file.includes('/')).map(roomOf))
    expect([...folders].filter((room) => !(room in arrows) && room !== 'test' && room !== 'bench')).toEqual(
      [],
    )
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

  it('lives in clickhouse, test and bench only', () => {
    const sql = /\b(SELECT\s.+\sFROM|INSERT\s+INTO|CREATE\s+(TABLE|VIEW|DATABASE)|ALTER\s+TABLE)\b/
    const wrong = sources.filter(
      (file) =>
        !excepted.includes(file) &&
        !['clickhouse', 'test', 'bench'].includes(roomOf(file)) &&
        !/\.test\.ts$/.test(file) &&
        sql.test(read(file)),
    )
    expect(wrong).toEqual([])
  })
})

describe('.env.example', () => {
  const variables: Record<string, z.ZodType> = {
    ...ingestVariables,
    ...consumerVariables,
    ...reportingVariables,
    ...clickhouseVariables,
    ...viewTypeVariables,
    ...localVariables,
  }
  const lines = read('.env.example').split('\n')
  const entries = lines
    .map((line) => /^#? ?([A-Z][A-Z0-9_]+)=(.*)$/.exec(line))
    .filter((match) => match !== null)
  const names = entries.map((match) => match[1] ?? '')

  it('has every variable once, and no other but those of containers', () => {
    const containers = lines.slice(lines.findIndex((line) => line.startsWith('# --- Containers')))
    const ofContainers = names.filter((name) => containers.some((line) => line.includes(`${name}=`)))
    expect([...names].sort()).toEqual([...new Set([...Object.keys(variables), ...ofContainers])].sort())
  })

  it('changes nothing as long as it is untouched', () => {
    expect(lines.filter((line) => line.trim() !== '' && !line.startsWith('#'))).toEqual([])
  })

  it('shows the default that holds', () => {
    for (const [, name = '', shown] of entries) {
      const variable = variables[name]
      if (!variable) continue
      const parsed = variable.safeParse(undefined).data as string | number | boolean | string[] | undefined
      const text = parsed === undefined ? '' : String(parsed)
      expect([name, shown]).toEqual([name, text])
    }
  })

  it('says of every variable what it is, in the words of the program', () => {
    for (const [name, variable] of Object.entries(variables)) {
      const description = variable.description ?? ''
      expect(description.length, name).toBeGreaterThan(15)
      expect(lines.map((line) => line.replace(/^# /, '')).join(' '), name).toContain(description)
    }
  })
})

describe('the documents', () => {
  const scripts = (JSON.parse(read('package.json')) as { scripts: Record<string, string> }).scripts
  const documents = files.filter((file) => file.endsWith('.md') && !file.startsWith('bench/'))

  it('name only commands that exist', () => {
    const wrong = documents.flatMap((file) =>
      [...read(file).matchAll(/(?:`|^|&& )npm (?:run )?([a-z][a-z0-9:-]*)/gm)]
        .map((match) => match[1] ?? '')
        .filter((name) => !['ci', 'install', ...Object.keys(scripts)].includes(name))
        .map((name) => `${file}: npm run ${name}`),
    )
    expect(wrong).toEqual([])
  })

  it('link only files that exist', () => {
    const known = new Set(files)
    const wrong = documents.flatMap((file) =>
      [...read(file).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
        .map((match) => relative(root, join(root, file, '..', match[1] ?? '')))
        .filter(
          (target) =>
            !known.has(target) && !files.some((name) => name.startsWith(`${target.replace(/\/$/, '')}/`)),
        )
        .map((target) => `${file} links ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('ARCHITECTURE.md names every room, and only tests that exist', () => {
    const text = read('ARCHITECTURE.md')
    for (const room of Object.keys(arrows)) expect(text).toContain(`\`${room}/\``)
    for (const [, path = ''] of text.matchAll(/`([a-z/-]+\.test\.ts)`/g)) expect(files).toContain(path)
  })

  it('README.md has the two commands', () => {
    expect(read('README.md')).toContain('npm ci && npm start')
    expect(read('README.md')).toContain('npm ci && npm test')
  })
})

describe('package-lock.json', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { resolved?: string }>
  }

  it('has the embedded ClickHouse for every platform it runs on, so that npm ci works there', () => {
    for (const platform of ['darwin-arm64', 'darwin-x64', 'linux-arm64-gnu', 'linux-x64-gnu']) {
      expect(Object.keys(packages)).toContain(`node_modules/@chdb/lib-${platform}`)
    }
  })

  it('names no address to download from', () => {
    expect(Object.entries(packages).filter(([, { resolved }]) => resolved?.startsWith('http'))).toEqual([])
  })
})
