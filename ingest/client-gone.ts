// What ends the handling of a request that nobody waits for.

/** The client went away before its body was read: there is nobody to answer. */
export class ClientGone extends Error {
  override name = 'ClientGone'
  override message = 'the client went away'
}
