// What a request line asks for, whichever of the two forms it has.

/**
 * The path and query of a request target. A client that takes this server for a proxy sends a whole address, which
 * servers have to take: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
 */
export function toOriginForm(target: string): string {
  const rest = /^https?:\/\/[^/?#]*(.*)$/is.exec(target)?.[1]
  if (rest === undefined) return target
  return rest.startsWith('/') ? rest : `/${rest}`
}
