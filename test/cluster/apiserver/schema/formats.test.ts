import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { matchesFormat } from './formats.ts';

const rows: readonly { format: string; yes: readonly (string | number)[]; no: readonly (string | number)[] }[] = [
  { format: 'ip', yes: ['1.2.3.4', '::1'], no: ['1.2.3', '::g', ''] },
  { format: 'ipv4', yes: ['1.2.3.4'], no: ['::1', '01.2.3.4'] },
  { format: 'ipv6', yes: ['2001:db8::1'], no: ['1.2.3.4', '2001:db8:::1'] },
  {
    format: 'cidr',
    yes: ['10.0.0.0/8', '::/0', '1.2.3.4/32'],
    no: ['10.0.0.0', '10.0.0.0/33', '::/129', '10.0.0.0/08'],
  },
  {
    format: 'date-time',
    yes: ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.123+02:00'],
    no: ['2026-01-02', '2026-13-02T03:04:05Z', '2026-01-02 03:04:05Z'],
  },
  { format: 'duration', yes: ['1h2m', '300ms', '1.5s', '0'], no: ['1', '1 h', 'h'] },
  { format: 'mac', yes: ['02:00:00:00:00:01', '02-00-00-00-00-01'], no: ['02:00:00:00:00', '0200.0000.0001'] },
  { format: 'int32', yes: [2147483647, -2147483648], no: [2147483648] },
  { format: 'int64', yes: [9007199254740991], no: [1e19] },
  { format: 'byte', yes: ['', 'YQ=='], no: ['YQ=', 'a b='] },
  { format: 'hostname', yes: ['node-a', 'a.example.com'], no: ['-a', 'a..b'] },
];

describe('matchesFormat', () => {
  for (const { format, yes, no } of rows) {
    for (const value of yes)
      test(`${JSON.stringify(value)} is ${format}`, () => assert.equal(matchesFormat(format, value), true));
    for (const value of no)
      test(`${JSON.stringify(value)} is not ${format}`, () => assert.equal(matchesFormat(format, value), false));
  }
});
