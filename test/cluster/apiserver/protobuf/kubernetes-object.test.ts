import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { decodeKubernetesObject } from './kubernetes-object.ts';
import { ProtobufError } from './wire.ts';

/** A field with a length: tag, length, content. */
function part(number: number, content: Uint8Array | string): Uint8Array {
  const bytes = Buffer.from(content);
  assert.ok(bytes.length < 128);
  return Buffer.concat([Uint8Array.of((number << 3) | 2, bytes.length), bytes]);
}

function object(kind: string, ...fields: Uint8Array[]): Uint8Array {
  const typeMeta = part(1, Buffer.concat([part(1, 'v1'), part(2, kind)]));
  return Buffer.concat([Buffer.from('k8s\0'), typeMeta, part(2, Buffer.concat(fields))]);
}

describe('decodeKubernetesObject', () => {
  test('reads a Service; empty texts, zeros and the zero time are absent', () => {
    const port = Buffer.concat([
      part(1, '80-8080'),
      part(2, 'TCP'),
      Uint8Array.of(0x18, 0x50),
      part(4, Uint8Array.of(0x08, 0x00, 0x10, 0x90, 0x3f, 0x1a, 0x00)),
      Uint8Array.of(0x28, 0x00),
    ]);
    const spec = Buffer.concat([
      part(1, port),
      part(2, Buffer.concat([part(1, 'app'), part(2, 'web')])),
      part(3, ''),
      part(4, 'LoadBalancer'),
    ]);
    const metadata = Buffer.concat([part(1, 'web'), part(3, ''), part(8, '')]);
    const bytes = object('Service', part(1, metadata), part(2, spec), part(3, part(1, '')));
    assert.deepEqual(decodeKubernetesObject(bytes), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web' },
      spec: {
        ports: [{ name: '80-8080', protocol: 'TCP', port: 80, targetPort: 8080 }],
        selector: { app: 'web' },
        type: 'LoadBalancer',
      },
      status: { loadBalancer: {} },
    });
  });

  test('reads maps, bytes, and pointers whose zero counts', () => {
    const entry = (key: string, value: string) => Buffer.concat([part(1, key), part(2, value)]);
    const bytes = object('Secret', part(2, entry('a', 'x')), part(2, entry('b', '')), Uint8Array.of(0x28, 0x00));
    assert.deepEqual(decodeKubernetesObject(bytes), {
      apiVersion: 'v1',
      kind: 'Secret',
      data: { a: 'eA==', b: '' },
      immutable: false,
    });
  });

  test('reads a named target port and a time', () => {
    const port = part(4, Buffer.concat([Uint8Array.of(0x08, 0x01, 0x10, 0x00), part(3, 'http')]));
    const metadata = part(8, Uint8Array.of(0x08, 0x3c));
    const bytes = object('Service', part(1, metadata), part(2, part(1, port)));
    assert.deepEqual(decodeKubernetesObject(bytes), {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { creationTimestamp: '1970-01-01T00:01:00Z' },
      spec: { ports: [{ targetPort: 'http' }] },
    });
  });

  const refused: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['bytes without the prefix', Buffer.from('{}'), /prefix "k8s" is missing/],
    ['a kind that is not known', object('Ingress'), /message Ingress is not known here; send JSON/],
    ['a field that is not known', object('ConfigMap', part(9, 'x')), /field 9 of ConfigMap is not known here/],
    ['a length past the end', Buffer.from('6b3873000a7f', 'hex'), /reaches past the end/],
    ['a varint without end', Buffer.from('6b387300ff', 'hex'), /has no end/],
    [
      'a time past all calendars',
      object('Secret', part(1, part(8, Buffer.from('08ffffffffffffffff7f', 'hex')))),
      /are no time/,
    ],
    ['a fixed-width field', Buffer.from('6b3873000901', 'hex'), /wire type 1/],
  ];
  for (const [name, bytes, text] of refused) {
    test(`refuses ${name}`, () => {
      assert.throws(
        () => decodeKubernetesObject(bytes),
        (error) => error instanceof ProtobufError && text.test(error.message),
      );
    });
  }

  test('arbitrary bytes give an object or a ProtobufError', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 64 }),
        fc.constantFrom('Service', 'Secret', 'Deployment'),
        (noise, kind) => {
          for (const bytes of [noise, Buffer.concat([Buffer.from('k8s\0'), noise]), object(kind, noise)]) {
            try {
              decodeKubernetesObject(bytes);
            } catch (error) {
              assert.ok(error instanceof ProtobufError, String(error));
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});
