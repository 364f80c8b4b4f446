import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AnnounceReason } from '../../shared/api/reasons.ts';
import { notAnnounced } from './announced-condition.ts';

function unannounced(ip: string, cause: AnnounceReason) {
  return { ip, cause, reasons: new Map([['node-a', cause]]) };
}

test('two addresses with one cause are told together', () => {
  const { reason, message } = notAnnounced([
    unannounced('10.0.0.1', 'noEndpoints'),
    unannounced('fd00::1', 'noEndpoints'),
  ]);
  assert.equal(reason, 'noEndpoints');
  assert.equal(
    message,
    'no node may announce 10.0.0.1 and fd00::1: noEndpoints (no endpoint of the Service is ready anywhere; look at its Pods)',
  );
});

test('two addresses with a cause each are told one after the other, and the reason is that of the first', () => {
  const { reason, message } = notAnnounced([
    unannounced('10.0.0.1', 'noEndpoints'),
    unannounced('fd00::1', 'noCarrier'),
  ]);
  assert.equal(reason, 'noEndpoints');
  assert.match(message, /^no node may announce 10\.0\.0\.1: noEndpoints .*; no node may announce fd00::1: noCarrier /);
});
