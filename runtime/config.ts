// The settings that every service has.
import { z } from 'zod'
import { port } from './env.ts'

/** Where a service listens. Port 0 means any free port. */
export interface ListenSettings {
  host: string
  port: number
  /** The variable that sets the port, for those who have to change it. */
  portVariable?: string
}

export const logVariables = {
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'must be a pino level, such as info',
    )
    .default('info')
    .describe('How much is logged: fatal, error, warn, info, debug, trace or silent'),
}

export const dataDirVariables = {
  DATA_DIR: z
    .string()
    .default('.data')
    .describe(
      'Folder of everything that is kept on this machine: Kafka, ClickHouse, the spool, the address file',
    ),
}

/** The variables of a service that listens on `portName`. */
export function serviceVariables<Name extends string>(portName: Name, fallback: number, what: string) {
  return {
    ...logVariables,
    HOST: z.string().default('127.0.0.1').describe('Address the services listen on'),
    [portName]: port(fallback).describe(`TCP port of ${what}; 0 means any free port`),
  } as typeof logVariables & { HOST: z.ZodDefault<z.ZodString> } & Record<Name, ReturnType<typeof port>>
}
