// How a dead letter is counted for a site.
/** A line's site, in `dead_letters`: the books keep lines without a key that is text under the empty site. */
export const siteOfDeadLetter = "if(isValidUTF8(kafka_key), kafka_key, '')"
