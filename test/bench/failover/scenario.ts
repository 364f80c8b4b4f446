import type { FaultName } from './fault.ts';

/** What a fault may cost, in ms; where nothing is said, nothing is asked. */
export interface Limits {
  /** Until the new owner answers for the address, and the longest gap in what the client receives. */
  readonly p50Ms?: number;
  readonly maxMs?: number;
  /** The longest gap alone. */
  readonly gapMs?: number;
  /** No request by HTTP fails. */
  readonly noFailure?: boolean;
}

export interface Scenario {
  readonly name: string;
  readonly text: string;
  readonly nodes: number;
  readonly backbone: boolean;
  readonly intervalMs: number;
  readonly multiplier: number;
  readonly apiServer: 'up' | 'stopped' | 'dies';
  readonly faults: Readonly<Partial<Record<FaultName, Limits>>>;
}

const unplanned: Limits = { p50Ms: 280, maxMs: 450 };

export const defaultScenario: Scenario = {
  name: 'three',
  text: 'three nodes, default settings',
  nodes: 3,
  backbone: false,
  intervalMs: 100,
  multiplier: 3,
  apiServer: 'up',
  faults: {
    crash: unplanned,
    sigkill: { gapMs: 20 },
    sigstop: {},
    // The only link of a node: it can't tell anybody.
    'link-down': unplanned,
    'port-down': unplanned,
    sigterm: { gapMs: 20, noFailure: true },
  },
};

export const scenarios: readonly Scenario[] = [
  defaultScenario,
  { ...defaultScenario, name: 'five', text: 'five nodes, default settings', nodes: 5 },
  {
    ...defaultScenario,
    name: 'backbone',
    text: 'three nodes with a second network for node addresses, pulses and API',
    backbone: true,
    faults: { 'link-down': { p50Ms: 100 }, 'port-down': {} },
  },
  {
    ...defaultScenario,
    name: 'fast',
    text: 'three nodes, pulses of 20 ms × 3',
    intervalMs: 20,
    faults: { crash: { p50Ms: 80 } },
  },
  {
    ...defaultScenario,
    name: 'api-stopped',
    text: 'three nodes, API server stopped for 0.5 to 20 s before the fault',
    apiServer: 'stopped',
    faults: {
      crash: unplanned,
      sigkill: { gapMs: 20 },
      'port-down': unplanned,
      sigterm: { gapMs: 20, noFailure: true },
    },
  },
  {
    ...defaultScenario,
    name: 'two',
    text: 'two nodes, and the only API server dies with the owner',
    nodes: 2,
    apiServer: 'dies',
    faults: { crash: { maxMs: 350 } },
  },
];
