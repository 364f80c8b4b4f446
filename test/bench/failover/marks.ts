import { atMost, type Mark, percentile, rounded } from '../bench-result.ts';
import type { AddressFigures, RoundFigures } from './round.ts';
import type { Limits } from './scenario.ts';

const families = ['IPv4', 'IPv6'] as const;

type Measure = (figures: AddressFigures) => number;

/** The marks of one fault in one scenario; each is held to by both families, and shows the worse of them. */
export function marksOf(
  what: string,
  rounds: readonly RoundFigures[],
  limits: Limits,
  intervalMs: number,
): readonly Mark[] {
  const worst = (measure: Measure, share: number): number =>
    Math.max(...families.map((_, family) => percentile(samples(rounds, family, measure), share)));
  const limit = (mark: string, value: () => number, most: number | undefined): readonly Mark[] =>
    most === undefined ? [] : [atMost(`${what}: ${mark}`, value(), most)];
  const answered: Measure = ({ answeredMs }) => answeredMs;
  const gap: Measure = ({ gapMs }) => gapMs;
  return [
    ...limit('(a) until the new owner answers, p50, ms', () => worst(answered, 0.5), limits.p50Ms),
    ...limit('(a) until the new owner answers, max, ms', () => worst(answered, 1), limits.maxMs),
    ...limit('(c) longest gap of the UDP echo, p50, ms', () => worst(gap, 0.5), limits.p50Ms),
    ...limit('(c) longest gap of the UDP echo, max, ms', () => worst(gap, 1), limits.maxMs ?? limits.gapMs),
    ...limit(
      '(d) failed HTTP requests',
      () => rounds.flat().reduce((sum, { fetches }) => sum + fetches.errors.length, 0),
      limits.noFailure === true ? 0 : undefined,
    ),
    ...limit(
      '(a) requests without an answer',
      () => rounds.flat().reduce((sum, figures) => sum + figures.unanswered, 0),
      limits.noFailure === true ? 0 : undefined,
    ),
    atMost(
      `${what}: more than one answers, max, ms`,
      worst(({ doubtMs }) => doubtMs, 1),
      intervalMs,
    ),
  ];
}

export type FamilySummary = ReturnType<typeof familySummary>;

/** Everything measured, in short, by family. */
export function summaryOf(rounds: readonly RoundFigures[]): Readonly<Record<string, FamilySummary>> {
  return Object.fromEntries(families.map((family, index) => [family, familySummary(rounds, index)]));
}

/** One family of a summary on one line, for people. */
export function lineOf(summary: FamilySummary): string {
  const { answeredMs, announcedMs, gapMs, lostDatagrams, http, doubtMs } = summary;
  const text = ({ p50, max }: Spread): string => `${Math.round(p50)} (at most ${Math.round(max)})`;
  return [
    `answered after ${text(answeredMs)} ms`,
    `announced after ${text(announcedMs)} ms`,
    `UDP gap ${text(gapMs)} ms, ${text(lostDatagrams)} lost`,
    `HTTP ${http.failed} of ${http.requests} failed${namesOf(http.errors)}, longest ${Math.round(http.longestMs.max)} ms`,
    `two answer for ${text(doubtMs)} ms`,
  ].join('; ');
}

function namesOf(errors: Readonly<Record<string, number>>): string {
  const names = Object.entries(errors).map(([error, count]) => `${error} × ${count}`);
  return names.length === 0 ? '' : ` (${names.join(', ')})`;
}

interface Spread {
  readonly p50: number;
  readonly p90: number;
  readonly max: number;
}

function familySummary(rounds: readonly RoundFigures[], family: number) {
  const of = (measure: Measure): readonly number[] => samples(rounds, family, measure);
  const total = (measure: Measure): number => of(measure).reduce((sum, value) => sum + value, 0);
  return {
    rounds: rounds.length,
    answeredMs: spread(of(({ answeredMs }) => answeredMs)),
    announcedMs: spread(of(({ announcedMs }) => announcedMs)),
    gapMs: spread(of(({ gapMs }) => gapMs)),
    gapAtMs: of(({ gapAtMs }) => gapAtMs).map(Math.round),
    gapsMs: of(({ gapMs }) => gapMs).map(Math.round),
    silenceMs: spread(of(({ silenceMs }) => silenceMs)),
    lostDatagrams: spread(of(({ lostDatagrams }) => lostDatagrams)),
    clientPauseMs: spread(of(({ pauseMs }) => pauseMs)),
    doubtMs: spread(of(({ doubtMs }) => doubtMs)),
    moves: spread(of(({ moves }) => moves)),
    unanswered: spread(of(({ unanswered }) => unanswered)),
    http: {
      requests: total(({ fetches }) => fetches.count),
      failed: total(({ fetches }) => fetches.errors.length),
      errors: errorsOf(rounds, family),
      resetAndRepeated: total(({ fetches }) => fetches.resets),
      longestMs: spread(of(({ fetches }) => fetches.longestMs)),
    },
  };
}

/** How often requests failed in which way. */
function errorsOf(rounds: readonly RoundFigures[], family: number): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const error of rounds.flatMap((round) => round[family]?.fetches.errors ?? []))
    counts[error] = (counts[error] ?? 0) + 1;
  return counts;
}

function spread(values: readonly number[]): Spread {
  return {
    p50: rounded(percentile(values, 0.5)),
    p90: rounded(percentile(values, 0.9)),
    max: rounded(percentile(values, 1)),
  };
}

function samples(rounds: readonly RoundFigures[], family: number, measure: Measure): readonly number[] {
  return rounds.flatMap((round) => {
    const figures = round[family];
    return figures === undefined ? [] : [measure(figures)];
  });
}
