import { announcementFrames, writeAnnouncement } from './announcement.ts';
import { Announcer, type AnnouncerOptions } from './announcer.ts';
import type { FrameSinks } from './frame-sink.ts';
import type { ServedAddress } from './served-addresses.ts';
import type { ServedTable } from './served-table.ts';

/** Sends the announcements of what this node answers for. */
export class Announcing {
  readonly #announcer: Announcer;
  readonly #addresses: ServedTable;
  /** Groups that were taken, and of which no address was announced yet. BOUNDED by the table. */
  readonly #unannounced = new Set<string>();

  constructor(options: AnnouncerOptions, addresses: ServedTable) {
    this.#announcer = new Announcer(options);
    this.#addresses = addresses;
  }

  took(group: string): void {
    this.#unannounced.add(group);
  }

  gaveUp(group: string): void {
    this.#unannounced.delete(group);
  }

  start(served: ServedAddress, nowMs: number): void {
    this.#announcer.start(served.ip, announcementFrames(served.address, served.interfaces.length), nowMs);
  }

  /** All addresses of the group once more, now. */
  again(group: string, nowMs: number): void {
    for (const { ip } of this.#addresses.ofGroup(group)) this.#announcer.once(ip, nowMs);
  }

  stop(ip: string): void {
    this.#announcer.stop(ip);
  }

  nextDeadlineMs(): number {
    return this.#announcer.nextDeadlineMs();
  }

  /** Sends what is due; `onFirst`: a group's first announcement since it was taken. */
  send(sinks: FrameSinks, nowMs: number, onFirst: (group: string) => void): void {
    for (let ip = this.#announcer.takeDue(nowMs); ip !== undefined; ip = this.#announcer.takeDue(nowMs)) {
      const served = this.#addresses.find(ip);
      if (served === undefined) continue;
      writeAnnouncement(served, served.address.byteLength === 4 ? sinks.arp : sinks.ndp);
      if (this.#unannounced.delete(served.group)) onFirst(served.group);
    }
  }
}
