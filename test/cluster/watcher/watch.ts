/* What a station on the LAN saw of one address by asking for it over and over. Times are of CLOCK_MONOTONIC, in ms. */

/** An answer to one of the requests. */
export interface Answer {
  /** Which one, as an index of `requests`. */
  readonly request: number;
  readonly atMs: number;
  readonly mac: string;
}

/** A gratuitous ARP or an unsolicited neighbour advertisement. */
export interface Announcement {
  readonly atMs: number;
  readonly mac: string;
}

export interface Watch {
  readonly address: string;
  /** When each request was sent. */
  readonly requests: readonly number[];
  readonly answers: readonly Answer[];
  readonly announcements: readonly Announcement[];
}

/** The Ethernet addresses that answered since then. */
export function macsSince({ answers }: Watch, sinceMs: number): readonly string[] {
  return [...new Set(answers.filter(({ atMs }) => atMs >= sinceMs).map(({ mac }) => mac))];
}

/** How long it took until anybody but that one answered, from the fault on; undefined where nobody did. */
export function answeredAfterMs({ answers }: Watch, faultMs: number, formerMac: string): number | undefined {
  const first = answers.find(({ atMs, mac }) => atMs >= faultMs && mac !== formerMac);
  return first === undefined ? undefined : first.atMs - faultMs;
}

export function announcedAfterMs({ announcements }: Watch, faultMs: number, formerMac: string): number | undefined {
  const first = announcements.find(({ atMs, mac }) => atMs >= faultMs && mac !== formerMac);
  return first === undefined ? undefined : first.atMs - faultMs;
}

/**
 * For how long at most the answers did not agree: from the first to the last change of the one who answers, as far as
 * the changes are no more than `quietMs` apart. One change alone is a hand-over, and takes no time.
 */
export function longestDoubtMs({ answers }: Watch, quietMs: number): number {
  let longestMs = 0;
  let beganMs = Number.NEGATIVE_INFINITY;
  let changedMs = Number.NEGATIVE_INFINITY;
  let mac = answers[0]?.mac;
  for (const answer of answers) {
    if (answer.mac === mac) continue;
    mac = answer.mac;
    if (answer.atMs - changedMs > quietMs) beganMs = answer.atMs;
    changedMs = answer.atMs;
    longestMs = Math.max(longestMs, changedMs - beganMs);
  }
  return longestMs;
}

/** The Ethernet addresses in the order in which they answered, each change told once. */
export function succession({ answers }: Watch): readonly string[] {
  return answers.flatMap(({ mac }, index) => (answers[index - 1]?.mac === mac ? [] : [mac]));
}

/** Requests that nobody answered; those of the last `patienceMs` may still be. */
export function unanswered({ requests, answers }: Watch, patienceMs: number): number {
  const answered = new Set(answers.map(({ request }) => request));
  const endMs = (requests.at(-1) ?? 0) - patienceMs;
  return requests.filter((atMs, request) => atMs < endMs && !answered.has(request)).length;
}
