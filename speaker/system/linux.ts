/* Numbers of the Linux ABI, the same on x86-64 and arm64. */

export const addressFamily = { inet: 2, inet6: 10, netlink: 16, packet: 17 } as const;
export const socketType = { datagram: 2, raw: 3, nonBlocking: 0o4000, closeOnExec: 0o2000000 } as const;

export const socketLevel = { ip: 0, socket: 1, ipv6: 41, packet: 263 } as const;
export const socketOption = {
  ipTypeOfService: 1,
  receiveBuffer: 8,
  priority: 12,
  receiveBufferForce: 33,
  memoryInfo: 55,
  ipv6TrafficClass: 67,
  attachFilter: 26,
  ipv6JoinGroup: 20,
  ipv6LeaveGroup: 21,
  packetStatistics: 6,
  packetIgnoreOutgoing: 23,
} as const;

export const messageFlag = { truncated: 0x20, dontWait: 0x40 } as const;

export const errno = {
  interrupted: 4,
  badDescriptor: 9,
  again: 11,
  noMemory: 12,
  addressInUse: 98,
  addressNotAvailable: 99,
  noBuffers: 105,
} as const;
