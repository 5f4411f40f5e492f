// What a request says in its address: settings, and the values that a query binds.

/** By name. */
export type Parameters = Record<string, string | number>

/** As they stand in an address. */
export function toSearch(parameters: Parameters): string {
  return Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
}

const escapes: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
}

/** The value of a `{name:String}`. Source: https://clickhouse.com/docs/interfaces/formats/TabSeparated */
export function textParameter(text: string): string {
  return text.replace(/[\\'\t\n\r]/g, (character) => escapes[character] ?? character)
}

/** The value of a `{name:Array(String)}`. */
export function textsParameter(texts: readonly string[]): string {
  return `[${texts.map((text) => `'${textParameter(text)}'`).join(',')}]`
}
