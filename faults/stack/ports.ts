// Ports for a whole run: they must stay its own while their processes are dead.
import { randomInt } from 'node:crypto'
import { isPortFree } from '../../local/free-port.ts'

/** Below the ports that anything else of this project is given by chance. */
const lowest = 10_000
const beyond = 19_000

/** So many ports that are free now, all different. */
export async function choosePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  for (let port = randomInt(lowest, beyond); ports.length < count; port += 1) {
    if (await isPortFree(port)) ports.push(port)
  }
  return ports
}
