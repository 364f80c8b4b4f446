import type { JsonObject } from '../shared/api/json.ts';
import {
  type PulseKeys,
  pulseKeyAnnotations,
  pulseKeyIdOf,
  pulseKeySecretName,
  readPulseKeys,
} from '../shared/api/pulse-keys.ts';
import { apiVersionOf } from '../shared/api/resource-type.ts';
import { type Secret, secretResource } from '../shared/api/secret.ts';

/** A speaker with a Lease that has a holder. */
export interface SpeakerKeys {
  readonly node: string;
  /** Ids of the keys that it accepts. */
  readonly keys: readonly string[];
}

export interface PulseKeyInput {
  readonly secret: Secret | undefined;
  readonly speakers: readonly SpeakerKeys[];
  readonly nowMs: number;
}

/** What the Secret shows, and since when this process has seen it so: times of others are never compared. */
export interface PulseKeyState {
  readonly phase: string;
  readonly sinceMs: number;
}

export type PulseKeyMove =
  /** There is none. */
  | { readonly type: 'create' }
  /** Puts a `next` beside the key in use. */
  | { readonly type: 'begin'; readonly request: string }
  /** `next` becomes current; `without` are the nodes whose speakers do not hold it. */
  | { readonly type: 'promote'; readonly without: readonly string[] }
  /** Drops `previous`. */
  | { readonly type: 'retire' }
  /** What it holds is no key, and is not ours to replace: somebody may hold it elsewhere. */
  | { readonly type: 'unreadable'; readonly why: string }
  | { readonly type: 'wait'; readonly delayMs: number };

/** Speakers without the new key are waited for so long. */
const spreadMs = 60_000;
/** Speakers that see the change late go on sending with the old key; for so long the others accept it. */
const retireMs = 60_000;

export const initialPulseKey: PulseKeyState = { phase: '', sinceMs: Number.NEGATIVE_INFINITY };

/**
 * The key's life: created once, and replaced on request, without a moment in which two speakers could not read each
 * other. All of it is in the Secret, so that another leader goes on where this one ended.
 */
export function stepPulseKey(
  state: PulseKeyState,
  { secret, speakers, nowMs }: PulseKeyInput,
): { readonly state: PulseKeyState; readonly move: PulseKeyMove } {
  if (secret === undefined) return { state: initialPulseKey, move: { type: 'create' } };
  const read = readPulseKeys(secret);
  if (!read.readable) return { state: initialPulseKey, move: { type: 'unreadable', why: read.why } };
  const phase = phaseOf(read.keys);
  const now = phase === state.phase ? state : { phase, sinceMs: nowMs };
  return { state: now, move: moveOf(read.keys, { secret, speakers, spentMs: nowMs - now.sinceMs }) };
}

interface Circumstances extends Omit<PulseKeyInput, 'nowMs'> {
  readonly secret: Secret;
  /** In this phase. */
  readonly spentMs: number;
}

function moveOf({ next, previous }: PulseKeys, { secret, speakers, spentMs }: Circumstances): PulseKeyMove {
  if (next !== undefined) {
    const id = pulseKeyIdOf(next);
    const without = speakers.filter(({ keys }) => !keys.includes(id)).map(({ node }) => node);
    const over = without.length === 0 || spentMs >= spreadMs;
    return over ? { type: 'promote', without } : { type: 'wait', delayMs: spreadMs - spentMs };
  }
  if (previous !== undefined) {
    return spentMs >= retireMs ? { type: 'retire' } : { type: 'wait', delayMs: retireMs - spentMs };
  }
  const request = secret.meta.annotations[pulseKeyAnnotations.rotate];
  const asked = request !== undefined && request !== secret.meta.annotations[pulseKeyAnnotations.rotated];
  return asked ? { type: 'begin', request } : { type: 'wait', delayMs: Number.POSITIVE_INFINITY };
}

function phaseOf(keys: PulseKeys): string {
  return [keys.current, keys.next, keys.previous].map((key) => key && pulseKeyIdOf(key)).join(' ');
}

/** The Secret to create. */
export function pulseKeySecret(namespace: string, key: Uint8Array): JsonObject {
  return {
    apiVersion: apiVersionOf(secretResource),
    kind: secretResource.kind,
    metadata: { namespace, name: pulseKeySecretName, labels: { 'app.kubernetes.io/name': 'herald' } },
    type: 'Opaque',
    data: { current: encode(key) },
  };
}

/** As a merge patch, guarded by the version that the move was decided on. `newKey` is drawn where one is needed. */
export function pulseKeyPatch(
  move: Extract<PulseKeyMove, { type: 'begin' | 'promote' | 'retire' }>,
  { meta, data }: Secret,
  newKey: () => Uint8Array,
): JsonObject {
  const { rotating, rotated } = pulseKeyAnnotations;
  const { resourceVersion } = meta;
  switch (move.type) {
    case 'begin':
      return {
        metadata: { resourceVersion, annotations: { [rotating]: move.request } },
        data: { next: encode(newKey()) },
      };
    case 'promote': {
      // A `next` that was put there by hand answers no request.
      const request = meta.annotations[rotating];
      const annotations = request === undefined ? {} : { [rotating]: null, [rotated]: request };
      return {
        metadata: { resourceVersion, annotations },
        data: { current: data['next'], previous: data['current'], next: null },
      };
    }
    case 'retire':
      return { metadata: { resourceVersion }, data: { previous: null } };
  }
}

function encode(key: Uint8Array): string {
  return Buffer.from(key).toString('base64');
}
