/** What to ask, and for how long. */
export interface ProbeOrder {
  readonly link: string;
  readonly protocol: 'arp' | 'ndp';
  /** Frames that ask for the responder's address, and for the kernel's: hex. */
  readonly targets: Readonly<Record<ProbeTarget, string>>;
  /** The two take turns, so that what disturbs one disturbs the other. */
  readonly turns: number;
  readonly roundTripsPerTurn: number;
  readonly floodMsPerTurn: number;
  /** Requests on their way at once. */
  readonly window: number;
}

export type ProbeTarget = 'responder' | 'kernel';

export interface ProbeFigures {
  /** Per turn, one per round trip, of a client that sleeps meanwhile. */
  readonly asleepUs: readonly (readonly number[])[];
  /** The same of a client that does not. */
  readonly awakeUs: readonly (readonly number[])[];
  readonly unanswered: number;
  /** One per turn. */
  readonly repliesPerSecond: readonly number[];
  readonly lost: number;
}

export type ProbeReport = Readonly<Record<ProbeTarget, ProbeFigures>>;
