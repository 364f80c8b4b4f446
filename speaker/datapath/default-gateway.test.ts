import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toHex } from '../../test/support/hex.ts';
import { type DefaultGateway, readIpv4Gateways, readIpv6Gateways } from './default-gateway.ts';

function textOf(gateways: readonly DefaultGateway[]): readonly string[] {
  return gateways.map(({ link, address }) => `${link} ${toHex(new Uint8Array(address.buffer))}`);
}

test('of the IPv4 routes those to everywhere through a gateway are read', () => {
  const text = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT                                       ',
    'eth0\t00000000\tFE0200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0                                                     ',
    'ppp0\t00000000\t00000000\t0001\t0\t0\t0\t00000000\t0\t0\t0',
    'eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0',
    'eth1\t00000000\t0100000A\t0003\t0\t0\t0\t00000080\t0\t0\t0',
    '*\t00000000\t00000000\t0200\t0\t0\t0\t00000000\t0\t0\t0',
    '',
  ].join('\n');
  assert.deepEqual(textOf(readIpv4Gateways(text)), ['eth0 c00002fe']);
});

test('of the IPv6 routes likewise', () => {
  const none = '00000000000000000000000000000000';
  const text = [
    `${none} 00 ${none} 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0`,
    `20010db8000000000000000000000000 40 ${none} 00 ${none} 00000100 00000001 00000000 00000001     eth0`,
    `${none} 00 ${none} 00 ${none} ffffffff 00000001 00000000 00200200       lo`,
    'garbage',
    '',
  ].join('\n');
  assert.deepEqual(textOf(readIpv6Gateways(text)), ['eth0 fe800000000000000000000000000001']);
});

test('without routes there is no gateway', () => {
  assert.deepEqual(readIpv4Gateways(''), []);
  assert.deepEqual(readIpv6Gateways(''), []);
});
