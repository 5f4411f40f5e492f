// The configuration of the embedded ClickHouse, on loopback only.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface ClickHousePlace {
  /** Folder of the server: configuration, logs, data. */
  home: string
  httpPort: number
  tcpPort: number
  database: string
}

const sharedUsers = join(import.meta.dirname, '..', 'clickhouse', 'server', 'users.xml')

/** Writes the configuration and its users into the server's folder; gives the path of the configuration. */
export async function writeClickHouseConfig(place: ClickHousePlace): Promise<string> {
  const config = join(place.home, 'config.xml')
  await writeFile(
    join(place.home, 'users.xml'),
    embeddedUsers(await readFile(sharedUsers, 'utf8'), place.database),
  )
  await writeFile(config, serverConfig(place))
  return config
}

/**
 * The users as they are in containers, with this database's name, for callers on this machine only; and the one
 * the library itself begins as, which may do no more than open the ports and wait on its standard input.
 */
function embeddedUsers(shared: string, database: string): string {
  return shared
    .replaceAll('analytics.*', `${database}.*`)
    .replaceAll('<ip>::/0</ip>', '<ip>127.0.0.1</ip>')
    .replace('</users>', `${starter}</users>`)
}

const starter = `
    <default>
      <password/>
      <networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile>
      <quota>default</quota>
      <grants>
        <query>GRANT SYSTEM LISTEN ON *.*</query>
        <query>GRANT CREATE ARBITRARY TEMPORARY TABLE ON *.*</query>
        <query>GRANT TABLE ENGINE ON File</query>
        <query>GRANT READ ON FILE</query>
      </grants>
    </default>
  `

/**
 * ClickHouse refuses inserts and merges while less than this is free. A merge that runs into a disk that is full to
 * the last byte leaves a part that cannot be read (seen: "Empty marks file"), so it must not come to that.
 */
const keptFreeBytes = 100_000_000

/** The library's own defaults are those of a tool that runs one query; these are a server's. */
function serverConfig({ home, httpPort, tcpPort }: ClickHousePlace): string {
  const path = (name: string) => `${escape(join(home, name))}/`
  return `<clickhouse>
  <listen_host>127.0.0.1</listen_host>
  <http_port>${httpPort}</http_port>
  <tcp_port>${tcpPort}</tcp_port>
  <path>${path('data')}</path>
  <tmp_path>${path('tmp')}</tmp_path>
  <user_files_path>${path('user_files')}</user_files_path>
  <format_schema_path>${path('format_schemas')}</format_schema_path>
  <user_directories><users_xml><path>${escape(join(home, 'users.xml'))}</path></users_xml></user_directories>
  <logger>
    <log>${escape(join(home, 'server.log'))}</log>
    <size>5M</size>
    <count>1</count>
  </logger>
  <storage_configuration>
    <disks><default><keep_free_space_bytes>${keptFreeBytes}</keep_free_space_bytes></default></disks>
  </storage_configuration>
  <background_pool_size>16</background_pool_size>
  <background_schedule_pool_size>32</background_schedule_pool_size>
  <shutdown_wait_unfinished>2</shutdown_wait_unfinished>
  <access_control_improvements>
    <users_without_row_policies_can_read_rows>true</users_without_row_policies_can_read_rows>
    <select_from_system_db_requires_grant>true</select_from_system_db_requires_grant>
    <select_from_information_schema_requires_grant>true</select_from_information_schema_requires_grant>
    <settings_constraints_replace_previous>true</settings_constraints_replace_previous>
  </access_control_improvements>
</clickhouse>
`
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
}
