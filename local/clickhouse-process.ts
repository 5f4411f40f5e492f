// Is the ClickHouse server: calls the library's command line, which opens the server's ports and then waits until
// standard input ends. Its argument is the path of the configuration.
import { tryResolveLibchdb } from 'chdb/libchdb'
import { DataType, isNullPointer, load, open, restorePointer, type JsExternal } from 'ffi-rs'

const [configFile = ''] = process.argv.slice(2)
const command = [
  'clickhouse',
  `--config-file=${configFile}`,
  '--log-level=warning',
  '--structure=line String',
  '--input-format=LineAsString',
  // `table` is standard input, which never holds a line: the query lasts until it is closed.
  '--query=SYSTEM START LISTEN HTTP; SYSTEM START LISTEN TCP; SELECT count() FROM table',
]

const library = 'chdb'
open({ library, path: tryResolveLibchdb()?.path ?? '' })
const result = load({
  library,
  funcName: 'chdb_query_cmdline',
  retType: DataType.External,
  paramsType: [DataType.I32, DataType.StringArray],
  paramsValue: [command.length, command],
})
const fault = errorOf(result)
if (fault) process.stderr.write(`${fault}\n`)
process.exit(fault ? 1 : 0)

function errorOf(queryResult: JsExternal): string | null {
  const text = load({
    library,
    funcName: 'chdb_result_error',
    retType: DataType.External,
    paramsType: [DataType.External],
    paramsValue: [queryResult],
  })
  if (isNullPointer(text)) return null
  const [message] = restorePointer<DataType.String>({ retType: [DataType.String], paramsValue: [text] })
  return message ?? ''
}
