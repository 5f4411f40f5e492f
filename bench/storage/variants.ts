// Other ways to lay out the table of events, each one change away from the way it is.

export interface Variant {
  group: 'sort key' | 'codecs' | 'types' | 'properties'
  name: string
  /** The CREATE TABLE of `events`, changed. */
  change: (ddl: string) => string
  /** SQL: its properties from the JSON of the source, where they are not read from it as they are. */
  properties?: string
}

/** How it is: measured with every group, so that each compares with figures of the same minutes. */
export const asItIs = 'as it is'

const sortKey = (key: string) => exchange(/ORDER BY \([^\n]*\)\n/, `ORDER BY (${key})\n`)
const column = (name: string, definition: string) =>
  exchange(new RegExp(`\\n    \`${name}\` [^\\n]*`), `\n    \`${name}\` ${definition},`)

const hashOf = 'reinterpretAsUInt128(sipHash128(user_id))'

export const variants: readonly Variant[] = [
  { group: 'sort key', name: 'site, timestamp', change: sortKey('site_id, timestamp') },
  { group: 'sort key', name: 'site, day, path', change: sortKey('site_id, toDate(timestamp), path') },
  {
    group: 'sort key',
    name: 'site, day, user_hash',
    change: sortKey('site_id, toDate(timestamp), user_hash'),
  },
  {
    group: 'sort key',
    name: 'site, day, event_type, path',
    change: sortKey('site_id, toDate(timestamp), event_type, path'),
  },
  { group: 'codecs', name: 'all LZ4', change: exchange(/ CODEC\([^\n]*\)(?=,?\n)/g, '') },
  { group: 'codecs', name: 'ZSTD(3) for ZSTD(1)', change: exchange(/ZSTD\(1\)/g, 'ZSTD(3)') },
  {
    group: 'codecs',
    name: 'timestamp: DoubleDelta',
    change: column('timestamp', "DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1))"),
  },
  {
    group: 'codecs',
    name: 'user_hash: ZSTD(1)',
    change: column('user_hash', `UInt128 MATERIALIZED ${hashOf} CODEC(ZSTD(1))`),
  },
  { group: 'codecs', name: 'event_id: none', change: column('event_id', 'UUID CODEC(NONE)') },
  { group: 'types', name: 'site_id: String', change: column('site_id', 'String CODEC(ZSTD(1))') },
  { group: 'types', name: 'path: LowCardinality', change: column('path', 'LowCardinality(String)') },
  { group: 'types', name: 'event_id: String', change: column('event_id', 'String CODEC(ZSTD(1))') },
  {
    group: 'types',
    name: 'user_hash: not stored',
    change: column('user_hash', `UInt128 ALIAS ${hashOf}`),
  },
  {
    group: 'types',
    name: 'user_hash: 64 bits (not exact)',
    change: column('user_hash', 'UInt64 MATERIALIZED sipHash64(user_id)'),
  },
  { group: 'properties', name: 'String', change: column('properties', 'String CODEC(ZSTD(1))') },
  {
    group: 'properties',
    name: 'Map(String, String)',
    change: column('properties', 'Map(LowCardinality(String), String) CODEC(ZSTD(1))'),
    properties: 'JSONExtractKeysAndValuesRaw(properties)::Map(LowCardinality(String), String)',
  },
  {
    group: 'properties',
    name: 'JSON without typed columns',
    change: column('properties', 'JSON(max_dynamic_paths = 0)'),
  },
  {
    group: 'properties',
    name: 'JSON, 256 paths',
    change: column('properties', 'JSON(max_dynamic_paths = 256, max_dynamic_types = 8)'),
  },
]

/** @throws Error where the table no longer has what is to be changed */
function exchange(what: RegExp, by: string): (ddl: string) => string {
  return (ddl) => {
    const changed = ddl.replace(what, by)
    if (changed === ddl) throw new Error(`nothing of the table of events is like ${String(what)}`)
    return changed
  }
}
