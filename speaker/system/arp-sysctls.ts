import { readFileSync, writeFileSync } from 'node:fs';
import type { ArpSettings, SysctlWrite } from '../strict-arp/judgement.ts';

const folders = '/proc/sys/net/ipv4/conf';

/** The kernel's own files: read and written at once, they wait for nothing. */
export const arpSysctls = {
  /** Undefined where the interface is gone. */
  read: (folder: string): ArpSettings | undefined => {
    try {
      return { arp_ignore: readNumber(folder, 'arp_ignore'), arp_announce: readNumber(folder, 'arp_announce') };
    } catch {
      // Interfaces come and go, with their files; of one that is gone there is nothing to say.
      return undefined;
    }
  },
  /** Throws what the kernel says: EROFS or EACCES without the privilege. */
  write: ({ folder, sysctl, value }: SysctlWrite): void =>
    writeFileSync(`${folders}/${folder}/${sysctl}`, `${value}\n`),
};

function readNumber(folder: string, sysctl: string): number {
  return Number(readFileSync(`${folders}/${folder}/${sysctl}`, 'utf8'));
}
