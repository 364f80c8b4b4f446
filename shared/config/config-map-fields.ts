import * as v from 'valibot';
import { type IpAddress, parseAddress } from '../net/address.ts';
import { parseRange } from '../net/address-range.ts';
import { quotedText } from '../net/quoted-text.ts';
import { isHoldTime, isKeepaliveTime } from './bgp/timers.ts';
import { parseGoDuration } from './go-duration.ts';
import type { YamlScalar } from './yaml-document.ts';

/** What a field of the v0.12 ConfigMap may hold. Every message reads on after the path, and names the value. */

/** Any scalar, as it was written: `name: 12` is the text "12", as Go's decoder has it. */
export const text = v.pipe(
  v.custom<YamlScalar>(isScalarValue, (issue) => `${shown(issue.input)} is not text`),
  v.transform((scalar) => scalar.text),
);

export const nonEmptyText = v.pipe(
  text,
  v.check((value) => value.trim() !== '', 'is empty; give it a value'),
);

// Go's YAML decoder takes the words of YAML 1.1.
const booleans: ReadonlyMap<string, boolean> = new Map([
  ...['true', 'y', 'yes', 'on'].map((word): [string, boolean] => [word, true]),
  ...['false', 'n', 'no', 'off'].map((word): [string, boolean] => [word, false]),
]);

export const boolean = v.pipe(
  v.custom<YamlScalar>(
    (value) => isScalarValue(value) && value.plain && booleans.has(value.text.toLowerCase()),
    (issue) => `${shown(issue.input)} is not true or false (without quotes)`,
  ),
  v.transform((scalar) => booleans.get(scalar.text.toLowerCase()) ?? false),
);

export function wholeNumber(from: number, to: number) {
  return v.pipe(
    v.custom<YamlScalar>(
      (value) => isScalarValue(value) && value.plain && isWithin(value.text, from, to),
      (issue) => `${shown(issue.input)} is not a whole number from ${from} to ${to}`,
    ),
    v.transform((scalar) => Number(scalar.text)),
  );
}

export function oneOf<const Words extends readonly string[]>(words: Words) {
  return v.pipe(
    text,
    v.picklist(words, (issue) => `${quotedText(String(issue.input))} is none of ${words.join(', ')}`),
  );
}

export const addressEntry = v.pipe(
  text,
  v.check(
    (value) => parseRange(value).ok,
    (issue) => {
      const parsed = parseRange(issue.input);
      return parsed.ok ? '' : parsed.message;
    },
  ),
);

export const ipAddress = parsedText(parseAddress, 'is not an IP address');

/** RFC 6286: four octets, written as an IPv4 address. */
export const routerId = parsedText((value): IpAddress | undefined => {
  const address = parseAddress(value);
  return address?.family === 'IPv4' ? address : undefined;
}, 'is not a router id; write it as an IPv4 address');

/** In ms. */
export const holdTimeMs = parsedText((value) => {
  const ms = parseGoDuration(value);
  return ms === undefined || !isHoldTime(ms) ? undefined : ms;
}, 'is not a hold time; write "0s" or "3s" to "65535s"');

export const keepaliveTimeMs = parsedText((value) => {
  const ms = parseGoDuration(value);
  return ms === undefined || !isKeepaliveTime(ms) ? undefined : ms;
}, 'is not a keepalive time; write "0s" or at least "1s"');

function parsedText<T>(parse: (value: string) => T | undefined, complaint: string) {
  return v.pipe(
    text,
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      const parsed = parse(dataset.value);
      if (parsed !== undefined) return parsed;
      addIssue({ message: `${quotedText(dataset.value)} ${complaint}` });
      return NEVER;
    }),
  );
}

function isWithin(digits: string, from: number, to: number): boolean {
  if (!/^(0|[1-9]\d{0,9})$/.test(digits)) return false;
  return Number(digits) >= from && Number(digits) <= to;
}

export function isScalarValue(value: unknown): value is YamlScalar {
  return typeof value === 'object' && value !== null && 'plain' in value && typeof value.plain === 'boolean';
}

/** A value as messages quote it. */
export function shown(value: unknown): string {
  if (isScalarValue(value)) return value.text === '' ? 'an empty value' : quotedText(value.text);
  return Array.isArray(value) ? 'a list' : 'a map';
}
