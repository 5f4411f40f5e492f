// What text an event may hold: well-formed Unicode without NUL, so that it comes back as it was sent.
import { z } from 'zod'
import type { FaultCode } from './fault-code.ts'

export const controlCharacter = /\p{Cc}/u

/** Why `text` cannot be kept, or null. */
export function textFault(text: string): 'malformed_unicode' | 'nul' | null {
  if (!text.isWellFormed()) return 'malformed_unicode'
  return text.includes('\0') ? 'nul' : null
}

/** What is wrong, as the end of a sentence that begins with the field's name. */
export const textFaultReasons = {
  malformed_unicode: 'holds a lone surrogate: send well-formed Unicode',
  nul: 'holds a NUL character: leave it out',
} as const

/** A text of at most `maxLength` UTF-16 units. */
export function text(maxLength: number) {
  return z.string().check((ctx) => {
    if (ctx.value.length > maxLength) {
      ctx.issues.push(fault(ctx.value, 'too_long', `is longer than ${maxLength} UTF-16 units`))
    }
    const reason = textFault(ctx.value)
    if (reason) ctx.issues.push(fault(ctx.value, reason, textFaultReasons[reason]))
  })
}

/** An issue with a code of ours; `message` is the end of a sentence that begins with the field's name. */
export function fault(input: unknown, code: FaultCode, message: string, path: PropertyKey[] = []) {
  return { code: 'custom' as const, input, path, message, params: { code } }
}
