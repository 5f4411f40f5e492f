// What keeps a service from running until a person has changed something.

/** The message says what is wrong and what to do about it; where in the program it was found helps nobody. */
export class StartError extends Error {
  override name = 'StartError'
}
