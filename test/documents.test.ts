// What the documents say is so: settings, commands, links, rooms, the lock file.
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { clickhouseVariables, viewTypeVariables } from '../clickhouse/config.ts'
import { consumerVariables } from '../consumer/config.ts'
import { ingestVariables } from '../ingest/config.ts'
import { localVariables } from '../local/config.ts'
import { reportingVariables } from '../reporting/config.ts'
import { files, read, root } from './support/tree.ts'

const rooms = new Set(
  files.filter((file) => /^[a-z]+\/.*\.ts$/.test(file)).map((file) => file.split('/')[0] ?? ''),
)

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
    for (const room of rooms) expect(text).toContain(`\`${room}/\``)
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
