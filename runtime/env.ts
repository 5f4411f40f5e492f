// Reads settings from the environment: every fault is found before anything starts.
import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { z } from 'zod'

/** Settings that cannot be used. The message names every variable at fault and what it should be. */
export class SettingsError extends Error {
  override name = 'SettingsError'
}

type Variables = Record<string, string | undefined>

/**
 * Loads `.env` from the working directory where there is one; what the environment holds already wins.
 * @throws SettingsError where it cannot be read, or holds a line that is no setting
 */
export function loadDotEnv(file = '.env'): void {
  if (!existsSync(file)) return
  for (const name of Object.keys(parseEnv(readDotEnv(file)))) {
    // Node takes a line without = and the one after it for one name, and that setting would be lost.
    const [line = ''] = name.split('\n')
    if (/\s/.test(name)) {
      throw new SettingsError(
        `${file} holds a line that is no setting: ${JSON.stringify(line)}. Write NAME=value, and # for a comment at the start of its line.`,
      )
    }
  }
  process.loadEnvFile(file)
}

function readDotEnv(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { message } = error as Error
    throw new SettingsError(
      `${file} cannot be read (${message}): make it a file that this user may read, or take it away; every setting may also stand in the environment.`,
      { cause: error },
    )
  }
}

/**
 * Checks `variables` against `schema`. A variable set to the empty text counts as not set.
 * @throws SettingsError naming every fault at once
 */
export function readEnv<Schema extends z.ZodType>(
  schema: Schema,
  variables: Variables = process.env,
): z.output<Schema> {
  const present = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value.trim() !== ''),
  )
  const result = schema.safeParse(present)
  if (result.success) return result.data
  const faults = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
  throw new SettingsError(`These settings cannot be used:\n${faults.join('\n')}`)
}

/** A whole number from `min` to `max`; `fallback` where the variable is not set. */
export function wholeNumber(
  fallback: number,
  min: number,
  max: number,
): z.ZodType<number, string | undefined> {
  const message = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .trim()
    .regex(/^\d{1,15}$/, message)
    .transform(Number)
    .pipe(z.number().min(min, message).max(max, message))
    .prefault(String(fallback))
}

/** A TCP port; 0 means any free one. */
export function port(fallback: number): z.ZodType<number, string | undefined> {
  return wholeNumber(fallback, 0, 65_535)
}

/** `true` or `false`. */
export function flag(fallback: boolean): z.ZodType<boolean, string | undefined> {
  return z
    .enum(['true', 'false'], 'must be true or false')
    .transform((value) => value === 'true')
    .prefault(fallback ? 'true' : 'false')
}

/** The text of a file that the variable names. */
export function fileText(): z.ZodType<string | undefined, string | undefined> {
  return z
    .string()
    .transform((path, ctx) => {
      try {
        return readFileSync(path, 'utf8')
      } catch (error) {
        ctx.issues.push({
          code: 'custom',
          input: path,
          message: `cannot be read: ${(error as Error).message}`,
        })
        return z.NEVER
      }
    })
    .optional()
}

/**
 * Entries separated by commas, each of them good by itself; a fault quotes the entry that is at fault.
 * @param wanted what all of them must be, such as "names separated by commas"
 */
export function list(
  fallback: string,
  isGood: (entry: string) => boolean = (entry) => entry !== '',
  wanted = 'names separated by commas',
): z.ZodType<string[], string | undefined> {
  return z
    .string()
    .transform((text, ctx) => {
      const entries = text.split(',').map((part) => part.trim())
      for (const entry of entries.filter((one) => !isGood(one))) {
        const found = entry === '' ? 'one entry is empty' : `not "${entry}"`
        ctx.issues.push({ code: 'custom', input: text, message: `must be ${wanted}, ${found}` })
      }
      return entries
    })
    .prefault(fallback)
}
