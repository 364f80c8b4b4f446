import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Evidence, verdictOn } from './life.ts';

const wellKnown: Evidence = { deadByPulses: false, blocked: false, leaseExpired: false, contact: true };

const table: readonly { readonly name: string; readonly evidence: Partial<Evidence>; readonly verdict: string }[] = [
  { name: 'pulses and Lease say that it lives', evidence: {}, verdict: 'lives' },
  { name: 'its Lease says so, and it was never heard', evidence: { contact: false }, verdict: 'lives' },
  { name: 'alive by pulses, Lease expired', evidence: { leaseExpired: true }, verdict: 'lives' },
  { name: 'Lease expired, never heard', evidence: { leaseExpired: true, contact: false }, verdict: 'leaseExpired' },
  { name: 'dead by pulses, Lease held', evidence: { deadByPulses: true }, verdict: 'notHeard' },
  { name: 'dead by pulses, Lease expired', evidence: { deadByPulses: true, leaseExpired: true }, verdict: 'notHeard' },
  {
    name: 'dead by pulses that are blocked, Lease held',
    evidence: { deadByPulses: true, blocked: true },
    verdict: 'lives',
  },
  {
    name: 'dead by pulses that are blocked, Lease expired',
    evidence: { deadByPulses: true, blocked: true, leaseExpired: true },
    verdict: 'notHeard',
  },
];

for (const { name, evidence, verdict } of table) {
  test(`${name}: ${verdict}`, () => assert.equal(verdictOn({ ...wellKnown, ...evidence }), verdict));
}
