import { run } from './iproute.ts';

/** Where the rule for local addresses goes, which the kernel has at preference 0: nothing could stand before it. */
const localPreference = 50;
const blockPreference = 10;

/**
 * Drops datagrams to and from a UDP port in a machine's namespace, in and out, or lets them pass again. By rules of
 * ip-rule(8), which are looked up for what comes in as for what goes out: nft(8) is not on every machine.
 */
export async function blockUdp(machineName: string, port: number, blocked: boolean): Promise<void> {
  const ports = [`dport ${port}`, `sport ${port}`];
  const lines = blocked
    ? [
        `rule add pref ${localPreference} lookup local`,
        'rule del pref 0',
        ...ports.map((match) => `rule add pref ${blockPreference} ipproto udp ${match} blackhole`),
      ]
    : [
        ...ports.map(() => `rule del pref ${blockPreference}`),
        'rule add pref 0 lookup local',
        `rule del pref ${localPreference}`,
      ];
  for (const family of ['-4', '-6']) await run(machineName, ['ip', family, '-batch', '-'], `${lines.join('\n')}\n`);
}
