import type { DatapathEvent, DatapathTable, Link } from '../../speaker/datapath/table.ts';

/** A datapath thread without packets: it owns an address when it is the first candidate that is a member. */
export class FakeDatapath {
  readonly #owned = new Map<string, string>();
  readonly #listen: (event: DatapathEvent) => void;

  constructor(listen: (event: DatapathEvent) => void) {
    this.#listen = listen;
  }

  get owned(): readonly string[] {
    return [...this.#owned.keys()].sort();
  }

  setLinks(links: readonly Link[]): void {
    this.#listen({ type: 'links', links });
  }

  conflict(ip: string, mac: string): void {
    this.#listen({ type: 'conflict', ip, service: this.#owned.get(ip) ?? '', mac, link: 'eth0' });
  }

  send({ vips, members, self }: DatapathTable): void {
    const alive = new Set(members.map(({ node }) => node));
    const now = new Map(
      vips
        .filter(({ candidates }) => candidates.find((node) => alive.has(node)) === self)
        .map(({ ip, service }) => [ip, service]),
    );
    for (const [ip, service] of this.#owned) {
      if (now.has(ip)) continue;
      this.#owned.delete(ip);
      this.#listen({ type: 'gaveUp', ip, service, reason: 'notCandidate', atMs: 0 });
    }
    for (const [ip, service] of now) {
      if (this.#owned.has(ip)) continue;
      this.#owned.set(ip, service);
      this.#listen({
        type: 'tookOver',
        ip,
        service,
        group: ip,
        reason: 'firstCandidate',
        from: undefined,
        afterMs: undefined,
        atMs: 0,
      });
    }
  }
}
