import * as v from 'valibot';
import { quotedText } from '../net/quoted-text.ts';
import { isPlainCommunity } from './bgp/community-value.ts';
import {
  addressEntry,
  boolean,
  holdTimeMs,
  ipAddress,
  isScalarValue,
  keepaliveTimeMs,
  nonEmptyText,
  oneOf,
  routerId,
  shown,
  text,
  wholeNumber,
} from './config-map-fields.ts';

/** The grammar of the v0.12 ConfigMap, strict: a key that is not listed here is an error. */

const asn = wholeNumber(1, 4_294_967_295);
const intervalMs = wholeNumber(10, 60_000);

const nodeSelector = mapOf({
  'match-labels': recordOf(text),
  'match-expressions': listOf(
    mapOf({
      key: nonEmptyText,
      operator: oneOf(['In', 'NotIn', 'Exists', 'DoesNotExist']),
      values: listOf(text),
    }),
  ),
});

const peer = mapOf({
  'my-asn': asn,
  'peer-asn': asn,
  'peer-address': ipAddress,
  'source-address': v.optional(ipAddress),
  'peer-port': v.optional(wholeNumber(1, 65_535)),
  'hold-time': v.optional(holdTimeMs),
  'keepalive-time': v.optional(keepaliveTimeMs),
  'router-id': v.optional(routerId),
  password: v.optional(text),
  'bfd-profile': v.optional(text),
  'ebgp-multihop': v.optional(boolean),
  'node-selectors': listOf(nodeSelector),
});

const bgpAdvertisement = mapOf({
  'aggregation-length': v.optional(wholeNumber(0, 32)),
  'aggregation-length-v6': v.optional(wholeNumber(0, 128)),
  localpref: v.optional(wholeNumber(0, 4_294_967_295)),
  communities: listOf(nonEmptyText),
});

const pool = mapOf({
  name: nonEmptyText,
  protocol: oneOf(['layer2', 'bgp']),
  addresses: v.pipe(
    v.array(addressEntry, listExpected),
    v.minLength(1, 'the list is empty; give at least one CIDR, range or address'),
  ),
  'auto-assign': v.optional(boolean),
  'avoid-buggy-ips': v.optional(boolean),
  'bgp-advertisements': listOf(bgpAdvertisement),
});

const bfdProfile = mapOf({
  name: nonEmptyText,
  'receive-interval': v.optional(intervalMs),
  'transmit-interval': v.optional(intervalMs),
  'detect-multiplier': v.optional(wholeNumber(2, 255)),
  'echo-interval': v.optional(intervalMs),
  'echo-mode': v.optional(boolean),
  'passive-mode': v.optional(boolean),
  'minimum-ttl': v.optional(wholeNumber(1, 254)),
});

const communityValue = v.pipe(
  text,
  v.check(
    isPlainCommunity,
    (issue) => `${quotedText(issue.input)} is not a community; write two numbers from 0 to 65535 as "A:B"`,
  ),
);

export const configMapSchema = mapOf({
  'address-pools': listOf(pool),
  peers: listOf(peer),
  'bgp-communities': recordOf(communityValue),
  'bfd-profiles': listOf(bfdProfile),
});

export type ConfigMapContent = v.InferOutput<typeof configMapSchema>;
export type ConfigMapPool = ConfigMapContent['address-pools'][number];
export type ConfigMapPeer = ConfigMapContent['peers'][number];
export type ConfigMapBfdProfile = ConfigMapContent['bfd-profiles'][number];
export type ConfigMapBgpAdvertisement = ConfigMapPool['bgp-advertisements'][number];

function mapOf<const Entries extends v.ObjectEntries>(entries: Entries) {
  const known = Object.keys(entries).join(', ');
  return v.pipe(
    v.unknown(),
    v.check(isMap, mapExpected),
    v.strictObject(entries, (issue) =>
      issue.expected === 'never'
        ? `unknown key ${unknownKey(issue.path)}; known here: ${known}`
        : `the key ${issue.expected} is missing`,
    ),
  );
}

function unknownKey(path: readonly { readonly key: unknown }[] | undefined): string {
  return quotedText(String(path?.at(-1)?.key ?? ''));
}

function recordOf<const Value extends v.GenericSchema>(value: Value) {
  return v.optional(v.pipe(v.unknown(), v.check(isMap, mapExpected), v.record(v.string(), value)), {});
}

function listOf<const Item extends v.GenericSchema>(item: Item) {
  return v.optional(v.array(item, listExpected), []);
}

function isMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isScalarValue(value);
}

function listExpected(issue: { readonly input: unknown }): string {
  return `${shown(issue.input)} is not a list; begin each entry with "- "`;
}

function mapExpected(issue: { readonly input: unknown }): string {
  return `${shown(issue.input)} is not a map of keys and values`;
}
