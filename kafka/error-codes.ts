// The errors that a partition's leader answers with. Source: Kafka's protocol guide, "Error Codes".

/** By code: its name, and whether it may be over in a moment, perhaps at another leader. */
const known = new Map<number, [name: string, mayPass: boolean]>([
  [-1, ['UNKNOWN_SERVER_ERROR', true]],
  [1, ['OFFSET_OUT_OF_RANGE', false]],
  [2, ['CORRUPT_MESSAGE', true]],
  [3, ['UNKNOWN_TOPIC_OR_PARTITION', true]],
  [5, ['LEADER_NOT_AVAILABLE', true]],
  [6, ['NOT_LEADER_OR_FOLLOWER', true]],
  [7, ['REQUEST_TIMED_OUT', true]],
  [9, ['REPLICA_NOT_AVAILABLE', true]],
  [10, ['MESSAGE_TOO_LARGE', false]],
  [13, ['NETWORK_EXCEPTION', true]],
  [17, ['INVALID_TOPIC_EXCEPTION', false]],
  [18, ['RECORD_LIST_TOO_LARGE', false]],
  [19, ['NOT_ENOUGH_REPLICAS', true]],
  [20, ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', true]],
  [29, ['TOPIC_AUTHORIZATION_FAILED', false]],
  [32, ['INVALID_TIMESTAMP', false]],
  [56, ['KAFKA_STORAGE_ERROR', true]],
  [74, ['FENCED_LEADER_EPOCH', true]],
  [75, ['UNKNOWN_LEADER_EPOCH', true]],
  [78, ['OFFSET_NOT_AVAILABLE', true]],
  [87, ['INVALID_RECORD', false]],
])

export const offsetOutOfRange = 1

/** What Kafka says against a request for a partition. */
export interface LeaderError {
  name: string
  mayPass: boolean
}

/** What a code says; null for no error. One that is not known is taken to last. */
export function leaderError(code: number): LeaderError | null {
  if (code === 0) return null
  const [name, mayPass] = known.get(code) ?? [`error ${code}`, false]
  return { name, mayPass }
}
