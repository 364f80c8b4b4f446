import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { LineSplitter, LineTooLongError } from './line-splitter.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('line splitter', () => {
  const text = '{"a":"é"}\n\n{"b":"漢字"}\r\n{"c":"🐟"}\n{"d"';
  const lines = ['{"a":"é"}', '{"b":"漢字"}\r', '{"c":"🐟"}'];

  test('finds the same lines at every split point, also inside a character', () => {
    const all = bytes(text);
    for (let cut = 0; cut <= all.length; cut += 1) {
      const splitter = new LineSplitter(100);
      const found = [...splitter.push(all.subarray(0, cut)), ...splitter.push(all.subarray(cut))];
      assert.deepEqual(found, lines, `cut at ${cut}`);
      assert.equal(splitter.pending, 4);
    }
  });

  test('finds the same lines in chunks of any sizes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary' }).filter((line) => line !== '' && !line.includes('\n'))),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        (expected, sizes) => {
          const all = bytes(expected.map((line) => `${line}\n`).join(''));
          const splitter = new LineSplitter(10_000);
          const found: string[] = [];
          for (let start = 0, turn = 0; start < all.length; turn += 1) {
            const size = sizes[turn % sizes.length] ?? 1;
            found.push(...splitter.push(all.subarray(start, start + size)));
            start += size;
          }
          assert.deepEqual(found, expected.map(decodedAgain));
        },
      ),
    );
  });

  test('takes a line of just the bound, and refuses one byte more, in one chunk or in many', () => {
    assert.deepEqual(new LineSplitter(5).push(bytes('12345\n')), ['12345']);
    assert.throws(() => new LineSplitter(5).push(bytes('123456\n')), LineTooLongError);
    const splitter = new LineSplitter(5);
    splitter.push(bytes('123'));
    splitter.push(bytes('45'));
    assert.throws(() => splitter.push(bytes('6')), LineTooLongError);
  });
});

/** Lone surrogates do not survive UTF-8, and a byte order mark is dropped. */
function decodedAgain(text: string): string {
  return new TextDecoder().decode(bytes(text));
}
