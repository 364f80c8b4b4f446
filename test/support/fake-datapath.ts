import type { Clock } from '../../shared/runtime/clock.ts';
import type { DatapathEvent, DatapathTable, HeldKeys, Link } from '../../speaker/datapath/table.ts';
import type { DatapathHandle } from '../../speaker/speaker-tasks.ts';

/** A datapath thread without packets: it owns an address when it is the first candidate that is a member. */
export class FakeDatapath implements DatapathHandle {
  /** It never stalls. */
  lastTickMs = Number.POSITIVE_INFINITY;
  /** Calls other than `send`, in order. */
  readonly told: string[] = [];
  /** All that were sent. */
  readonly tables: DatapathTable[] = [];
  /** Goes on answering for what it is no candidate for, as long as nobody else has taken it. */
  patient = false;
  readonly #clock: Clock;
  readonly #owned = new Map<string, string>();
  readonly #listeners = new Set<(event: DatapathEvent) => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  onEvent(listener: (event: DatapathEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Something that the thread says. */
  say(event: DatapathEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  setKeys({ send, accept }: HeldKeys): void {
    this.told.push(`keys ${send === undefined ? 'none' : send[0]} of ${accept.length}`);
  }

  leaseRenewed(node: string, agoMs: number): void {
    this.told.push(`leaseRenewed ${node} ${agoMs}`);
  }

  apiHeard(agoMs: number): void {
    this.told.push(`apiHeard ${agoMs}`);
  }

  leave(): void {
    this.told.push('leave');
  }

  /** The last one. */
  get table(): DatapathTable | undefined {
    return this.tables.at(-1);
  }

  get owned(): readonly string[] {
    return [...this.#owned.keys()].sort();
  }

  setLinks(links: readonly Link[]): void {
    this.say({ type: 'links', links });
  }

  conflict(ip: string, mac: string): void {
    this.say({ type: 'conflict', ip, service: this.#owned.get(ip) ?? '', mac, link: 'eth0' });
  }

  send(table: DatapathTable): void {
    this.tables.push(table);
    const { vips, members, self } = table;
    const alive = new Set(members.map(({ node }) => node));
    const now = new Map(
      vips
        .filter(({ candidates }) => candidates.find((node) => alive.has(node)) === self)
        .map(({ ip, service }) => [ip, service]),
    );
    for (const [ip, service] of this.#owned) {
      if (now.has(ip) || (this.patient && vips.some((vip) => vip.ip === ip))) continue;
      this.#owned.delete(ip);
      this.say({ type: 'gaveUp', ip, service, reason: 'notCandidate', atMs: this.#clock.wallMs() });
    }
    for (const [ip, service] of now) {
      if (this.#owned.has(ip)) continue;
      this.#owned.set(ip, service);
      this.say({
        type: 'tookOver',
        ip,
        service,
        group: ip,
        reason: 'firstCandidate',
        from: undefined,
        afterMs: undefined,
        atMs: this.#clock.wallMs(),
      });
    }
  }
}
