/** What carries a message: MQTT 3.1.1 at QoS 1 with its PUBACK, in TLS 1.3 records, in TCP over IPv4. */

const TLS_RECORD_BYTES = 5 + 1 + 16;
const TCP_IP_BYTES = 40;
const SEGMENT_BYTES_MAX = 1360;
const PUBACK_BYTES = 4;

/** Bytes besides topic and payload, both directions; TCP acknowledgements ride along with the PUBACK. */
export function transportBytes(topicBytes: number, payloadBytes: number): number {
  const variable = 2 + topicBytes + 2 + payloadBytes;
  const header = 1 + (variable < 128 ? 1 : variable < 16_384 ? 2 : 3) + 4;
  const segments = Math.ceil((header + topicBytes + payloadBytes + TLS_RECORD_BYTES) / SEGMENT_BYTES_MAX);
  const puback = PUBACK_BYTES + TLS_RECORD_BYTES + TCP_IP_BYTES;
  return header + TLS_RECORD_BYTES + segments * TCP_IP_BYTES + puback;
}
