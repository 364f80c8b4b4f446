import type { Link } from '../../speaker/datapath/table.ts';

/** A link of a LAN without trouble; each test takes what it is about as an override. */
export const eth0: Link = {
  index: 2,
  name: 'eth0',
  mac: '02:00:00:00:00:01',
  up: true,
  carrier: true,
  loopback: false,
  noArp: false,
  master: 0,
  addresses: [],
};
