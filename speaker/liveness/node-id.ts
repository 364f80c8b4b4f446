import { hash } from 'node:crypto';

/** A node's place on the ring, and its name in messages: the first 8 octets of the name's SHA-256, 16 hex digits. */
export function nodeIdOf(node: string): string {
  return hash('sha256', node, 'hex').slice(0, 16);
}
