// A Kafka and a ClickHouse in containers of their own, for as long as a test file runs.
import { join } from 'node:path'
import { GenericContainer, getContainerRuntimeClient, Wait, type StartedTestContainer } from 'testcontainers'
import { freePort } from '../../local/free-port.ts'
import { imageOf, root } from './compose-file.ts'

export interface ContainerStack {
  /** The variables by which Tallyline's processes find them. */
  variables: Record<string, string>
  stop: () => Promise<void>
}

const password = 'of-a-test'

/** Starts both, on free ports. */
export async function startKafkaAndClickHouse(): Promise<ContainerStack> {
  publishOnLoopback()
  const [kafka, clickhouse] = await Promise.all([startKafka(), startClickHouse()])
  const addressOf = (container: StartedTestContainer, port: number) =>
    `${container.getHost()}:${container.getMappedPort(port)}`
  return {
    variables: {
      KAFKA_BROKERS: addressOf(kafka, 9092),
      CLICKHOUSE_URL: `http://${addressOf(clickhouse, 8123)}`,
      CLICKHOUSE_USER: 'migrator',
      CLICKHOUSE_PASSWORD: password,
    },
    stop: async () => {
      await Promise.all([kafka.stop(), clickhouse.stop()])
    },
  }
}

/** An engine behind a socket of this machine publishes its ports here, also where the library does not see it. */
function publishOnLoopback(): void {
  const isLocal = (process.env['DOCKER_HOST'] ?? 'unix:').startsWith('unix:')
  if (isLocal) process.env['TESTCONTAINERS_HOST_OVERRIDE'] ??= '127.0.0.1'
}

/**
 * Kafka tells its clients where it is, so its port on the host is chosen beforehand. It asks itself about transactions
 * where it can reach itself: by a listener inside the container.
 */
async function startKafka(): Promise<StartedTestContainer> {
  const port = await freePort()
  const { host } = (await getContainerRuntimeClient()).info.containerRuntime
  return new GenericContainer(imageOf('apache/kafka'))
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@127.0.0.1:29093',
      KAFKA_LISTENERS: 'PLAINTEXT://127.0.0.1:19092,HOST://0.0.0.0:9092,CONTROLLER://127.0.0.1:29093',
      KAFKA_ADVERTISED_LISTENERS: `PLAINTEXT://127.0.0.1:19092,HOST://${host}:${port}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'PLAINTEXT:PLAINTEXT,HOST:PLAINTEXT,CONTROLLER:PLAINTEXT',
      KAFKA_INTER_BROKER_LISTENER_NAME: 'PLAINTEXT',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .start()
}

async function startClickHouse(): Promise<StartedTestContainer> {
  const users = join(root, 'clickhouse/server/users.xml')
  return new GenericContainer(imageOf('clickhouse/clickhouse-server'))
    .withExposedPorts(8123)
    .withCopyFilesToContainer([{ source: users, target: '/etc/clickhouse-server/users.d/tallyline.xml' }])
    .withEnvironment({
      CLICKHOUSE_MIGRATOR_PASSWORD: password,
      CLICKHOUSE_WRITER_PASSWORD: password,
      CLICKHOUSE_READER_PASSWORD: password,
    })
    .withWaitStrategy(Wait.forHttp('/ping', 8123))
    .start()
}
