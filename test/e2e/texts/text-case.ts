import type { TextWorld } from './text-world.ts';
import type { ToldObject } from './told.ts';

/** One cause, and what is to be told of it. */
export interface TextCase {
  /** What has happened, as a heading. */
  readonly title: string;
  /** The reasons that it shows, as the code has them. */
  readonly shows: readonly string[];
  /** Of the Service, in the namespace `default`, whose texts are collected. */
  readonly service: string;
  /** Others whose texts belong to it. */
  readonly also?: readonly ToldObject[];
  readonly bringAbout: (world: TextWorld) => Promise<void>;
  /** What is told in the end: events and conditions, a line each. */
  readonly until: RegExp;
  /** What the others are told in the end. */
  readonly alsoUntil?: RegExp;
  /** Once its texts are collected, and before its Service is deleted. */
  readonly putRight?: (world: TextWorld) => Promise<void>;
}

export interface TextChapter {
  readonly title: string;
  readonly prepare?: (world: TextWorld) => Promise<void>;
  readonly cases: readonly TextCase[];
  /** One case after the other, each with the cluster to itself. */
  readonly apart?: boolean;
  readonly cleanUp?: (world: TextWorld) => Promise<void>;
}
