import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KnownNodes } from './known-nodes.ts';

const unknown = { byLease: false, silentMs: undefined } as const;

test('how long a dead node is silent counts from when it was last heard, whatever else is told of it since', () => {
  const nodes = new KnownNodes();
  nodes.set('a', { standing: 'live', byLease: false, silentMs: 0 }, 1_000);
  nodes.set('a', { standing: 'dead', byLease: false, silentMs: 310 }, 9_000);
  nodes.set('a', { standing: 'dead', ...unknown }, 9_005);
  assert.equal(nodes.silentMs('a', 9_010), 320);
});

test('where nobody knows for how long a node that dies was silent, when it came back earlier does not tell it', () => {
  const nodes = new KnownNodes();
  nodes.set('a', { standing: 'live', byLease: false, silentMs: 0 }, 1_000);
  nodes.set('a', { standing: 'dead', ...unknown }, 313_899);
  assert.equal(nodes.silentMs('a', 313_899), undefined);
});
