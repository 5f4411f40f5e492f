// Finds out before anything starts whether each service will get its port.
import { freePort, isPortFree } from './free-port.ts'
import { LaunchError } from './launch-error.ts'
import { portTaken } from './service-process.ts'
import type { ServiceSpec } from './services.ts'

/**
 * The services with ports of their own: where any free one was wished for, one is chosen, so that the service has
 * the same after a restart.
 * @throws LaunchError when a port cannot be had
 */
export async function withPorts(specs: readonly ServiceSpec[], host: string): Promise<ServiceSpec[]> {
  const chosen: ServiceSpec[] = []
  for (const spec of specs) {
    const twin = chosen.find(({ port }) => port === spec.port)
    if (twin) {
      throw new LaunchError(
        `${twin.portVariable} and ${spec.portVariable} are both ${spec.port}: set one of them to another port.`,
      )
    }
    chosen.push(spec.port === 0 ? await withFreePort(spec, host, specs, chosen) : await checked(spec, host))
  }
  return chosen
}

async function withFreePort(
  spec: ServiceSpec,
  host: string,
  specs: readonly ServiceSpec[],
  chosen: readonly ServiceSpec[],
): Promise<ServiceSpec> {
  const others = [...specs, ...chosen].map(({ port }) => port)
  return { ...spec, port: await freePort(host, others).catch((error: unknown) => refuse(spec, host, error)) }
}

async function checked(spec: ServiceSpec, host: string): Promise<ServiceSpec> {
  const isFree = await isPortFree(spec.port, host).catch((error: unknown) => refuse(spec, host, error))
  if (!isFree) throw new LaunchError(portTaken(spec))
  return spec
}

function refuse(spec: ServiceSpec, host: string, error: unknown): never {
  const { code = '' } = error as NodeJS.ErrnoException
  if (code === 'EACCES') {
    throw new LaunchError(
      `Port ${spec.port} of ${spec.name} is not open to this user: set ${spec.portVariable} to one above 1023.`,
    )
  }
  throw new LaunchError(
    `HOST (${host}) is not an address of this machine (${code}): set HOST to one, such as 127.0.0.1.`,
  )
}
