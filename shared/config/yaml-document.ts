import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type YAMLParseError,
} from 'yaml';

/** A scalar as it was written: what type it is, its reader decides. `plain`: without quotes. */
export interface YamlScalar {
  readonly text: string;
  readonly plain: boolean;
}
export type YamlValue = YamlScalar | readonly YamlValue[] | YamlMap;
export interface YamlMap {
  readonly [key: string]: YamlValue;
}

/** Keys and indexes from the root. */
export type YamlPath = readonly (string | number)[];

/** From 1. */
export interface YamlPosition {
  readonly line: number;
  readonly column: number;
}

export interface YamlDocument {
  /** Undefined for an empty document. Empty values (`key:` or `key: null`) are left out, as if the key were absent. */
  readonly root: YamlValue | undefined;
  /** Of what stands at the path: a scalar, else its key, else the nearest above that exists. `atKey`: never the scalar. */
  readonly locate: (path: YamlPath, atKey: boolean) => YamlPosition;
}

export type ParsedYaml =
  | { readonly ok: true; readonly document: YamlDocument }
  | { readonly ok: false; readonly position: YamlPosition; readonly text: string };

// Aliases may multiply a small text without end, and values may nest: both are bounded.
const maxValues = 100_000;
const maxDepth = 32;

/** Parses one YAML document; never throws. */
export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  const parsed = parse(text, lines);
  if (typeof parsed === 'string') return { ok: false, position: { line: 1, column: 1 }, text: parsed };
  const error = parsed.errors[0];
  if (error !== undefined) {
    return { ok: false, position: positionOf(lines, error.pos[0]), text: syntaxText(error) };
  }
  const reader = new ValueReader();
  const root = reader.read(parsed.contents, 0);
  if (reader.refusal !== undefined) {
    return { ok: false, position: positionOf(lines, reader.refusal.offset), text: reader.refusal.text };
  }
  return { ok: true, document: { root, locate: (path, atKey) => positionOf(lines, offsetOf(parsed, path, atKey)) } };
}

function parse(text: string, lines: LineCounter): Document.Parsed | string {
  try {
    return parseDocument(text, { lineCounter: lines });
  } catch (error) {
    // The library reports in `errors`; what it throws is a text that it can't cope with, such as one nested too deeply.
    return `cannot be read as YAML: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function syntaxText(error: YAMLParseError): string {
  if (error.code === 'MULTIPLE_DOCS') return 'holds more than one YAML document; remove the line "---"';
  if (error.code === 'DUPLICATE_KEY') return 'has this key twice in one map; remove one of the two';
  // The library appends the position and an excerpt of the text; the position is given separately.
  return `is not YAML: ${error.message.replace(/ at line \d+, column \d+:[\s\S]*$/, '')}`;
}

class ValueReader {
  /** What each anchor names at this point of the document. Bounded by the document's own anchors. */
  readonly #anchors = new Map<string, unknown>();
  #values = 0;
  refusal: { readonly offset: number; readonly text: string } | undefined;

  read(node: unknown, depth: number): YamlValue | undefined {
    this.#values += 1;
    if (this.#values > maxValues) return this.#refuse(node, `holds more than ${maxValues} values`);
    if (depth > maxDepth) return this.#refuse(node, `is nested more than ${maxDepth} levels deep`);
    if (this.refusal !== undefined) return undefined;
    if (isAlias(node)) return this.#readAlias(node, depth);
    if (isNode(node) && 'anchor' in node && node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    if (isScalar(node)) return readScalar(node);
    if (isSeq(node)) return node.items.map((item) => this.read(item, depth + 1) ?? { text: '', plain: true });
    return isMap(node) ? this.#readMap(node.items, depth) : undefined;
  }

  #readAlias(alias: Alias, depth: number): YamlValue | undefined {
    const target = this.#anchors.get(alias.source);
    if (target === undefined) return this.#refuse(alias, `has an alias "*${alias.source}" without its anchor`);
    return this.read(target, depth + 1);
  }

  #readMap(items: readonly unknown[], depth: number): YamlMap {
    // Without a prototype, so that a key such as `__proto__` is a key.
    const map: { [key: string]: YamlValue } = Object.create(null);
    const merged: YamlMap[] = [];
    for (const pair of items) {
      if (!isPair(pair)) continue;
      const key = isScalar(pair.key) ? readScalar(pair.key) : undefined;
      const value = this.read(pair.value, depth + 1);
      if (key === undefined) this.#refuse(pair.key, 'has a key that is not plain text');
      else if (isMergeKey(key)) merged.push(...mapsIn(value));
      else if (value !== undefined) map[key.text] = value;
    }
    // A key of the map itself wins, then the map that is merged first (https://yaml.org/type/merge.html).
    for (const [key, value] of merged.flatMap((from) => Object.entries(from))) map[key] ??= value;
    return map;
  }

  #refuse(node: unknown, text: string): undefined {
    this.refusal ??= { offset: startOf(node), text };
    return undefined;
  }
}

function isMergeKey(key: YamlScalar): boolean {
  return key.plain && key.text === '<<';
}

/** What a merge key takes: one map, or a list of them. */
function mapsIn(value: YamlValue | undefined): readonly YamlMap[] {
  const values = Array.isArray(value) ? value : [value];
  return values.filter((each) => each !== undefined && !('plain' in each && typeof each.plain === 'boolean'));
}

function readScalar(node: { readonly value: unknown; readonly source?: string | undefined; readonly type?: unknown }) {
  if (node.value === null) return undefined;
  return { text: node.source ?? String(node.value), plain: node.type === 'PLAIN' };
}

interface Place {
  readonly node: unknown;
  readonly offset: number;
}

function offsetOf(document: Document.Parsed, path: YamlPath, atKey: boolean): number {
  let place: Place = { node: document.contents, offset: startOf(document.contents) };
  for (const step of path) {
    const next = descend(isAlias(place.node) ? place.node.resolve(document) : place.node, step);
    if (next === undefined) return place.offset;
    place = next;
  }
  const hasPlace = isScalar(place.node) || isAlias(place.node);
  return hasPlace && !atKey ? startOf(place.node) : place.offset;
}

/** The entry of a list, or the value of a key, whose own place is that of the key. */
function descend(node: unknown, step: string | number): Place | undefined {
  if (isSeq(node) && typeof step === 'number') {
    const item = node.items[step];
    return item === undefined ? undefined : { node: item, offset: startOf(item) };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find((item) => isScalar(item.key) && readScalar(item.key)?.text === step);
  return pair === undefined ? undefined : { node: pair.value, offset: startOf(pair.key) };
}

function startOf(node: unknown): number {
  return isNode(node) ? (node.range?.[0] ?? 0) : 0;
}

function positionOf(lines: LineCounter, offset: number): YamlPosition {
  const { line, col } = lines.linePos(offset);
  // An empty text has no lines.
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
