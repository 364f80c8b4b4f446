import {
  type AddressInUse,
  addressesInUseAnnotation,
  addressesInUseText,
  parseAddressesInUse,
  speakerMacsAnnotation,
} from '../../shared/api/address-in-use.ts';
import type { JsonObject } from '../../shared/api/json.ts';
import { asObject, readBoolean, readString } from '../../shared/api/json.ts';
import type { Labels } from '../../shared/api/label-selector.ts';
import { heldKeysAnnotation } from '../../shared/api/pulse-keys.ts';
import {
  parseStrictArp,
  type StrictArpFault,
  strictArpAnnotation,
  strictArpText,
} from '../../shared/api/strict-arp.ts';

/** An interface on which a speaker could announce. */
export interface PublishedInterface {
  readonly name: string;
  readonly carrier: boolean;
  /** On the node's exclusion list: serves only advertisements that name it. */
  readonly onlyIfNamed: boolean;
}

/** What a speaker tells the others about itself, by annotations of its Lease. */
export interface SpeakerFacts {
  /** Where its pulses come from and go to. */
  readonly address: string;
  readonly port: number;
  /** Random per start, hex. */
  readonly incarnation: string;
  readonly macs: readonly string[];
  readonly interfaces: readonly PublishedInterface[];
  /** kube-proxy's health check fails on its node. */
  readonly kubeProxyUnhealthy: boolean;
  /** Strict ARP is required on its node, and off. */
  readonly strictArp?: StrictArpFault;
  /** Addresses that it was to announce, and that other machines use; not there where there is none. */
  readonly addressesInUse?: readonly AddressInUse[];
  /** Other members whose pulses do not come to it, though their Leases are renewed; sorted. Absent: all are heard. */
  readonly unheard?: readonly string[];
  /** Ids of the keys of pulses that it accepts, sorted. */
  readonly keys: readonly string[];
  /** It is about to stop. */
  readonly leaving: boolean;
}

const names = {
  address: 'herald/address',
  port: 'herald/port',
  incarnation: 'herald/incarnation',
  macs: speakerMacsAnnotation,
  interfaces: 'herald/interfaces',
  unhealthy: 'herald/unhealthy',
  strictArp: strictArpAnnotation,
  addressesInUse: addressesInUseAnnotation,
  unheard: 'herald/unheard',
  keys: heldKeysAnnotation,
  leave: 'herald/leave',
} as const;

/** The annotations that say it, for a merge patch: null takes away what an earlier start left. */
export function encodeSpeakerFacts(facts: SpeakerFacts): Readonly<Record<string, string | null>> {
  return {
    [names.address]: facts.address,
    [names.port]: String(facts.port),
    [names.incarnation]: facts.incarnation,
    [names.macs]: facts.macs.join(','),
    [names.interfaces]: JSON.stringify(facts.interfaces),
    [names.unhealthy]: facts.kubeProxyUnhealthy ? 'kubeProxyUnhealthy' : null,
    [names.strictArp]: facts.strictArp === undefined ? null : strictArpText(facts.strictArp),
    [names.unheard]: facts.unheard === undefined ? null : facts.unheard.join(','),
    [names.addressesInUse]: addressesInUseText(facts.addressesInUse ?? []) ?? null,
    [names.keys]: facts.keys.length > 0 ? facts.keys.join(',') : null,
    [names.leave]: facts.leaving ? 'true' : null,
  };
}

/** Reads what `encodeSpeakerFacts` wrote; what is missing or can't be read counts as not there. */
export function decodeSpeakerFacts(annotations: Labels): SpeakerFacts {
  const strictArp = parseStrictArp(annotations[names.strictArp]);
  const addressesInUse = parseAddressesInUse(annotations[names.addressesInUse]);
  const port = Number(annotations[names.port] ?? '');
  return {
    address: annotations[names.address] ?? '',
    port: Number.isInteger(port) && port >= 0 && port < 65_536 ? port : 0,
    incarnation: annotations[names.incarnation] ?? '',
    macs: decodeList(annotations[names.macs]),
    interfaces: decodeInterfaces(annotations[names.interfaces] ?? '[]'),
    kubeProxyUnhealthy: annotations[names.unhealthy] !== undefined,
    ...(strictArp === undefined ? {} : { strictArp }),
    ...(addressesInUse.length === 0 ? {} : { addressesInUse }),
    ...(annotations[names.unheard] === undefined ? {} : { unheard: decodeList(annotations[names.unheard]) }),
    keys: decodeList(annotations[names.keys]),
    leaving: annotations[names.leave] === 'true',
  };
}

function decodeList(text = ''): readonly string[] {
  return text.split(',').filter((entry) => entry !== '');
}

function decodeInterfaces(text: string): readonly PublishedInterface[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Not ours: such a speaker has no interface that anyone knows of, and the plan says so (`noInterface`).
    return [];
  }
  if (!Array.isArray(json)) return [];
  return json.map(asObject).flatMap(decodeInterface);
}

function decodeInterface(json: JsonObject): readonly PublishedInterface[] {
  const name = readString(json, 'name');
  if (name === undefined) return [];
  return [
    { name, carrier: readBoolean(json, 'carrier') ?? true, onlyIfNamed: readBoolean(json, 'onlyIfNamed') ?? false },
  ];
}
