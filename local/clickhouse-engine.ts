// Whether the library that holds ClickHouse is here, and if not, why.
import { createRequire } from 'node:module'
import { alternatives, LaunchError } from './launch-error.ts'

interface Platform {
  os: string
  cpu: string
  /** Version of glibc; undefined where the C library is another. */
  glibc: string | undefined
}

/** @throws LaunchError when this machine cannot run the library, or it is not installed */
export async function requireEngine(platform = thisPlatform()): Promise<void> {
  const { os, cpu, glibc } = platform
  const supported =
    (os === 'darwin' || (os === 'linux' && glibc !== undefined)) && ['x64', 'arm64'].includes(cpu)
  if (!supported) {
    const name =
      os === 'linux' && glibc === undefined ? 'Linux without glibc' : os === 'win32' ? 'Windows' : os
    throw new LaunchError(
      `The embedded ClickHouse runs on Linux with glibc and on macOS (x64 and arm64), not on ${name} (${cpu}): use such a machine (on Windows, WSL 2), ${alternatives.clickhouse}.`,
    )
  }
  if (!(await isInstalled())) {
    throw new LaunchError(
      `The embedded ClickHouse is not installed, since its packages are development dependencies: run \`npm ci\` without --omit, ${alternatives.clickhouse}.`,
    )
  }
}

async function isInstalled(): Promise<boolean> {
  try {
    const { tryResolveLibchdb } = await import('chdb/libchdb')
    createRequire(import.meta.url).resolve('ffi-rs')
    return tryResolveLibchdb() !== undefined
  } catch {
    return false
  }
}

function thisPlatform(): Platform {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } }
  return { os: process.platform, cpu: process.arch, glibc: header.glibcVersionRuntime }
}
