import { DeadlineHeap } from './deadline-heap.ts';

/** When an address is announced after it was taken: often at first, since a frame may be lost (RFC 5227 §2.3). */
export const announcementDelaysMs = [0, 100, 300, 1000, 2000, 4000] as const;

export interface AnnouncerOptions {
  /** After the last of `announcementDelaysMs`, again and again; 0 = off. */
  readonly refreshMs: number;
  /** Frames that may leave in each `tickMs`: thousands of addresses are spread, not sent as one burst. */
  readonly framesPerTick: number;
  readonly tickMs: number;
}

export const defaultAnnouncerOptions: AnnouncerOptions = { refreshMs: 60_000, framesPerTick: 200, tickMs: 10 };

interface Schedule {
  readonly startMs: number;
  /** What one announcement costs. */
  readonly frames: number;
  round: number;
}

/** Says which address is to be announced when. On virtual time: every method is told what time it is. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  /** BOUNDED: one entry per owned address; `stop` removes it. */
  readonly #schedules = new Map<string, Schedule>();
  readonly #deadlines = new DeadlineHeap<string>();
  #tickStartMs = Number.NEGATIVE_INFINITY;
  #spent = 0;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /** Starts the schedule, from its beginning also where it ran already. `frames`: what one announcement costs. */
  start(ip: string, frames: number, nowMs: number): void {
    this.#schedules.set(ip, { startMs: nowMs, frames, round: 0 });
    this.#deadlines.set(ip, nowMs);
  }

  /** Announces once now; the schedule goes on as if that had not been. */
  once(ip: string, nowMs: number): void {
    const schedule = this.#schedules.get(ip);
    if (schedule === undefined) return;
    schedule.round -= 1;
    this.#deadlines.set(ip, nowMs);
  }

  stop(ip: string): void {
    this.#schedules.delete(ip);
    this.#deadlines.delete(ip);
  }

  /** When `takeDue` may next have something to give; infinite where nothing is scheduled. */
  nextDeadlineMs(): number {
    const dueMs = this.#deadlines.first()?.dueMs ?? Number.POSITIVE_INFINITY;
    return this.#spent < this.#options.framesPerTick
      ? dueMs
      : Math.max(dueMs, this.#tickStartMs + this.#options.tickMs);
  }

  /** The next address to announce now; undefined where none is due, or where this tick's frames are used up. */
  takeDue(nowMs: number): string | undefined {
    if (nowMs - this.#tickStartMs >= this.#options.tickMs) {
      this.#tickStartMs = nowMs;
      this.#spent = 0;
    }
    const first = this.#deadlines.first();
    if (first === undefined || first.dueMs > nowMs || this.#spent >= this.#options.framesPerTick) return undefined;
    const schedule = this.#schedules.get(first.key);
    if (schedule === undefined) return undefined;
    this.#spent += schedule.frames;
    this.#scheduleNext(first.key, schedule, nowMs);
    return first.key;
  }

  #scheduleNext(ip: string, schedule: Schedule, nowMs: number): void {
    schedule.round += 1;
    const delayMs = announcementDelaysMs[schedule.round];
    if (delayMs !== undefined) this.#deadlines.set(ip, schedule.startMs + delayMs);
    else if (this.#options.refreshMs > 0) this.#deadlines.set(ip, nowMs + this.#options.refreshMs);
    else this.#deadlines.delete(ip);
  }
}
