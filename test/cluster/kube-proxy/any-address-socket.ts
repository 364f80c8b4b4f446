import koffi from 'koffi';
import { familyOf, type Protocol } from './forwarding.ts';

// Linux, <asm-generic/socket.h>, <linux/in.h>, <linux/in6.h>.
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOCK_NONBLOCK = 0o4000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const IPPROTO_IP = 0;
const IP_TRANSPARENT = 19;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const IPV6_TRANSPARENT = 75;
const backlog = 512;

/** Sockets bound to addresses that the kernel does not hold, which Node itself cannot ask for. */
export interface AnyAddressSockets {
  /** Returns the file descriptor, for TCP listening already. */
  open(protocol: Protocol, address: string, port: number): number;
}

/**
 * A socket may be bound to, and answer from, an address that is set on no interface once it is transparent (ip(7),
 * IP_TRANSPARENT). An address set on an interface would be answered by the kernel itself when ARP asks for it.
 */
export function loadAnyAddressSockets(): AnyAddressSockets {
  const libc = koffi.load(null);
  const socket = libc.func('int socket(int domain, int type, int protocol)');
  const setsockopt = libc.func('int setsockopt(int fd, int level, int name, const void *value, uint32_t size)');
  const bind = libc.func('int bind(int fd, const void *address, uint32_t size)');
  const listen = libc.func('int listen(int fd, int backlog)');
  const close = libc.func('int close(int fd)');

  const open = (protocol: Protocol, address: string, port: number): number => {
    const ipv6 = familyOf(address) === 'IPv6';
    const kind = protocol === 'TCP' ? SOCK_STREAM : SOCK_DGRAM;
    const fd: number = socket(ipv6 ? AF_INET6 : AF_INET, kind | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const check = (step: string, result: number): void => {
      if (result >= 0) return;
      const errno = koffi.errno();
      close(fd);
      throw new Error(`cannot open ${protocol} ${address} port ${port}: ${step} failed with errno ${errno}`);
    };
    const set = (level: number, name: number): void =>
      check('setsockopt', setsockopt(fd, level, name, one, one.length));
    check('socket', fd);
    set(SOL_SOCKET, SO_REUSEADDR);
    if (ipv6) set(IPPROTO_IPV6, IPV6_V6ONLY);
    set(ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? IPV6_TRANSPARENT : IP_TRANSPARENT);
    const name = ipv6 ? sockaddrIn6(address, port) : sockaddrIn(address, port);
    check('bind', bind(fd, name, name.length));
    if (protocol === 'TCP') check('listen', listen(fd, backlog));
    return fd;
  };
  return { open };
}

const one = Buffer.from(new Uint8Array(new Int32Array([1]).buffer));

/** struct sockaddr_in: family, port, 4 bytes of address, 8 of nothing. */
function sockaddrIn(address: string, port: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.set(new Uint8Array(new Uint16Array([AF_INET]).buffer), 0);
  bytes.writeUInt16BE(port, 2);
  bytes.set(address.split('.').map(Number), 4);
  return bytes;
}

/** struct sockaddr_in6: family, port, flow, 16 bytes of address, scope. */
function sockaddrIn6(address: string, port: number): Buffer {
  const bytes = Buffer.alloc(28);
  bytes.set(new Uint8Array(new Uint16Array([AF_INET6]).buffer), 0);
  bytes.writeUInt16BE(port, 2);
  const [head = '', tail] = address.split('::');
  const groups = (part: string): readonly number[] =>
    part === '' ? [] : part.split(':').map((g) => Number.parseInt(g, 16));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  before.forEach((group, index) => {
    bytes.writeUInt16BE(group, 8 + index * 2);
  });
  after.forEach((group, index) => {
    bytes.writeUInt16BE(group, 24 - (after.length - index) * 2);
  });
  return bytes;
}
