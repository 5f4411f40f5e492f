// The settings of the embedded Kafka: one node that is broker and controller, on loopback only.

/** A port of the broker whose clients are told another one, such as that of a proxy before it. */
export interface ProxiedListener {
  /** Capital letters and digits. */
  name: string
  port: number
  advertisedPort: number
}

/** The text of server.properties. Paths are relative to the folder the broker runs in. */
export function kafkaProperties(
  port: number,
  controllerPort: number,
  proxied: readonly ProxiedListener[] = [],
): string {
  const clients = [{ name: 'PLAINTEXT', port, advertisedPort: port }, ...proxied]
  const controller = { name: 'CONTROLLER', port: controllerPort }
  const listOf = (urls: { name: string; port: number }[]) =>
    urls.map((url) => `${url.name}://127.0.0.1:${url.port}`).join(',')
  const settings: Record<string, string | number> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    listeners: listOf([...clients, controller]),
    'advertised.listeners': listOf(
      clients.map(({ name, advertisedPort }) => ({ name, port: advertisedPort })),
    ),
    'listener.security.protocol.map': [...clients, controller]
      .map(({ name }) => `${name}:PLAINTEXT`)
      .join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': 'log',
    'auto.create.topics.enable': 'false',
    'group.initial.rebalance.delay.ms': 0,
    // A stack that was off for weeks must find its committed offsets again.
    'offsets.retention.minutes': 2_147_483_647,
    // After a kill -9 the node is refused until its former session has run out: 9 s by default. On a machine that is
    // busy far beyond its cores, 2 s were not enough for a heartbeat, and the node shut itself out.
    'broker.session.timeout.ms': 5000,
    'broker.heartbeat.interval.ms': 500,
    ...oneOfEach,
    'log.cleaner.dedupe.buffer.size': 16_777_216,
  }
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

/** Kafka's own topics: one replica is all that one node can hold, and few partitions start faster than 50. */
const oneOfEach = {
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 5,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 5,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 5,
}
