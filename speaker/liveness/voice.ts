import type { Message } from './message.ts';
import { PulseRhythm } from './pulse-rhythm.ts';
import { Repeats } from './repeats.ts';
import type { PulseTiming } from './watch.ts';

/** A lost message must not cost what it tells. */
const times = { suspect: 10, suspectAgain: 3, alive: 3, leave: 3 };
const longestRepeatMs = 500;

export interface VoiceOptions extends PulseTiming {
  /** Unix time, for the pulses. */
  readonly wallMs: () => number;
}

/** A member, as messages name it. */
export interface Subject {
  /** `nodeIdOf` its node. */
  readonly id: string;
  readonly incarnation: string;
}

/** A message to be encoded once, and sent to these nodes. */
export interface Utterance {
  readonly to: readonly string[];
  readonly message: Message;
}

/** All that this node says, to whom and how often. BOUNDED by the members; what was said waits for `take`. */
export class Voice {
  readonly #options: VoiceOptions;
  readonly #repeats = new Repeats<Message>();
  readonly #rhythm: PulseRhythm;
  #others: readonly string[] = [];
  #watchers: readonly string[] = [];
  #claimsVersion = 0;
  #leaving = false;
  #said: Utterance[] = [];

  constructor(options: VoiceOptions) {
    this.#options = options;
    this.#rhythm = new PulseRhythm(options.intervalMs);
  }

  /** All others that take part, and those of them that get the pulses. */
  setAudience(others: readonly string[], watchers: readonly string[], nowMs: number): void {
    this.#others = others;
    this.#watchers = watchers;
    if (watchers.length === 0) this.#rhythm.stop();
    else this.#rhythm.start(nowMs);
  }

  /** A pulse of another has come. */
  heardPulse(nowMs: number): void {
    this.#rhythm.heard(nowMs);
  }

  setClaimsVersion(version: number): void {
    this.#claimsVersion = version;
  }

  say(to: readonly string[], message: Message): void {
    if (to.length > 0) this.#said.push({ to, message });
  }

  suspect({ id, incarnation }: Subject, nowMs: number): void {
    this.#repeat(id, { type: 'suspect', target: id, targetIncarnation: incarnation }, times.suspect, nowMs);
  }

  /** Where it has fallen silent about it. */
  suspectAgain({ id, incarnation }: Subject, nowMs: number): void {
    if (this.#repeats.isActive(id)) return;
    this.#repeat(id, { type: 'suspect', target: id, targetIncarnation: incarnation }, times.suspectAgain, nowMs);
  }

  alive({ id, incarnation }: Subject, nowMs: number): void {
    this.#repeat(id, { type: 'alive', target: id, targetIncarnation: incarnation }, times.alive, nowMs);
  }

  /** Says nothing more about that member. */
  drop(id: string): void {
    this.#repeats.stop(id);
  }

  leave(nowMs: number): void {
    this.#leaving = true;
    this.#repeat('', { type: 'leave' }, times.leave, nowMs);
  }

  nextDeadlineMs(): number {
    return Math.min(this.#rhythm.dueMs, this.#repeats.nextDeadlineMs());
  }

  advance(nowMs: number): void {
    for (let message = this.#repeats.takeDue(nowMs); message !== undefined; message = this.#repeats.takeDue(nowMs)) {
      this.say(this.#others, message);
    }
    if (nowMs >= this.#rhythm.dueMs) this.#pulse(nowMs);
  }

  take(): readonly Utterance[] {
    const said = this.#said;
    if (said.length > 0) this.#said = [];
    return said;
  }

  #pulse(nowMs: number): void {
    const { intervalMs, multiplier, wallMs } = this.#options;
    this.#rhythm.sent(nowMs);
    this.say(this.#watchers, {
      type: 'pulse',
      intervalMs,
      multiplier,
      leaving: this.#leaving,
      claimsVersion: this.#claimsVersion,
      wallMs: wallMs(),
    });
  }

  #repeat(key: string, message: Message, count: number, nowMs: number): void {
    const everyMs = Math.min(this.#options.intervalMs, longestRepeatMs);
    this.#repeats.start(key, message, { times: count, everyMs }, nowMs);
  }
}
