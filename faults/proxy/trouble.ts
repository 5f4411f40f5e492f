// What can be wrong with a connection that goes through the proxy.

/**
 * `none`: bytes pass. `cut`: connections are reset, new ones too. `delay`: bytes arrive `ms` milliseconds later, both
 * ways. `swallow`: requests arrive, answers never do. `hang`: nothing arrives until it ends, then all of it does.
 * `half-open`: the server's side is closed, the client is not told. `break-off`: each connection is reset after
 * `bytes` more bytes of requests.
 */
export type Trouble =
  | { kind: 'none' | 'cut' | 'swallow' | 'hang' | 'half-open' }
  | { kind: 'delay'; ms: number }
  | { kind: 'break-off'; bytes: number }

export type TroubleKind = Trouble['kind']

export const noTrouble: Trouble = { kind: 'none' }
