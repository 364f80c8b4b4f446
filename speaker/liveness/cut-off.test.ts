import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CutOff } from './cut-off.ts';

type Input =
  | 'hearsNobody'
  | 'hearsSomebody'
  | 'carrierLost'
  | 'carrierBack'
  | 'reached'
  /** The API server was heard 400 ms before. */
  | 'apiHeardBefore'
  | 'apiHeard';

/** Questions and changes of mind, each with its time, from 1 s on. */
function run(inputs: readonly (readonly [number, Input])[], untilMs: number): readonly string[] {
  const cutOff = new CutOff(310);
  const apply: Record<Input, (nowMs: number) => void> = {
    hearsNobody: (nowMs) => cutOff.setHearsNobody(true, nowMs),
    hearsSomebody: (nowMs) => cutOff.setHearsNobody(false, nowMs),
    carrierLost: (nowMs) => cutOff.setCarrier(false, nowMs),
    carrierBack: (nowMs) => cutOff.setCarrier(true, nowMs),
    reached: () => cutOff.reached(),
    apiHeardBefore: (nowMs) => cutOff.apiHeard(nowMs - 400),
    apiHeard: (nowMs) => cutOff.apiHeard(nowMs),
  };
  const said: string[] = [];
  let was = false;
  for (let nowMs = 1_000; nowMs <= untilMs; nowMs += 1) {
    for (const [atMs, input] of inputs) if (atMs === nowMs) apply[input](nowMs);
    const question = cutOff.takeDue(nowMs);
    if (cutOff.isCutOff !== was) said.push(`${cutOff.isCutOff ? 'cut off' : 'not cut off'} ${nowMs}`);
    was = cutOff.isCutOff;
    if (question !== undefined) said.push(`${question} ${nowMs}`);
  }
  return said;
}

const table: readonly {
  readonly name: string;
  readonly inputs: readonly (readonly [number, Input])[];
  readonly untilMs: number;
  readonly said: readonly string[];
}[] = [
  {
    name: 'while it hears somebody, nothing is asked, whatever else comes or fails',
    inputs: [
      [1_000, 'carrierLost'],
      [1_100, 'apiHeard'],
      [1_200, 'reached'],
    ],
    untilMs: 20_000,
    said: [],
  },
  {
    name: 'the gateway answers: the others are dead, and the API server is not asked',
    inputs: [
      [1_310, 'hearsNobody'],
      [1_311, 'reached'],
    ],
    untilMs: 20_000,
    said: ['cut off 1310', 'probeGateway 1310', 'not cut off 1311'],
  },
  {
    name: 'without the gateway the API server decides',
    inputs: [
      [1_310, 'hearsNobody'],
      [1_380, 'apiHeard'],
    ],
    untilMs: 20_000,
    said: ['cut off 1310', 'probeGateway 1310', 'askApiServer 1360', 'not cut off 1380'],
  },
  {
    name: 'what the API server said before the silence was noticed proves nothing',
    inputs: [
      [1_310, 'hearsNobody'],
      [1_380, 'apiHeardBefore'],
    ],
    untilMs: 2_000,
    said: ['cut off 1310', 'probeGateway 1310', 'askApiServer 1360'],
  },
  {
    name: 'with no answer it asks again each second, and after 5 s takes it that all others are dead',
    inputs: [[1_000, 'hearsNobody']],
    untilMs: 20_000,
    said: [
      'cut off 1000',
      ...['probeGateway 1000', 'askApiServer 1050', 'probeGateway 2000', 'askApiServer 2050', 'probeGateway 3000'],
      ...['askApiServer 3050', 'probeGateway 4000', 'askApiServer 4050', 'probeGateway 5000', 'askApiServer 5050'],
      'not cut off 6000',
    ],
  },
  {
    name: 'a late answer of the gateway counts as well',
    inputs: [
      [1_000, 'hearsNobody'],
      [2_100, 'reached'],
    ],
    untilMs: 20_000,
    said: [
      'cut off 1000',
      ...['probeGateway 1000', 'askApiServer 1050', 'probeGateway 2000', 'askApiServer 2050'],
      'not cut off 2100',
    ],
  },
  {
    name: 'without carrier it is cut off, asks nobody, and no time changes that',
    inputs: [
      [1_000, 'carrierLost'],
      [1_310, 'hearsNobody'],
      [1_320, 'reached'],
      [1_330, 'apiHeard'],
    ],
    untilMs: 60_000,
    said: ['cut off 1310'],
  },
  {
    name: 'with the carrier the questions come back, once the others had the time to be heard, and so do the 5 s',
    inputs: [
      [1_000, 'carrierLost'],
      [1_310, 'hearsNobody'],
      [9_000, 'carrierBack'],
      [9_002, 'reached'],
      [9_003, 'apiHeard'],
      [9_320, 'reached'],
    ],
    untilMs: 60_000,
    said: ['cut off 1310', 'probeGateway 9310', 'not cut off 9320'],
  },
  {
    name: 'those who are heard in the time after the carrier came back are not taken for dead',
    inputs: [
      [1_000, 'carrierLost'],
      [1_310, 'hearsNobody'],
      [9_000, 'carrierBack'],
      [9_100, 'hearsSomebody'],
    ],
    untilMs: 60_000,
    said: ['cut off 1310', 'not cut off 9100'],
  },
  {
    name: 'a silence that began before the carrier went and is noticed after it came back proves nothing, either',
    inputs: [
      [1_200, 'carrierLost'],
      [1_250, 'carrierBack'],
      [1_310, 'hearsNobody'],
      [1_600, 'reached'],
    ],
    untilMs: 1_600,
    said: ['cut off 1310', 'probeGateway 1560', 'not cut off 1600'],
  },
  {
    name: 'a carrier that goes while it asks, and after it took the others for dead, makes it cut off',
    inputs: [
      [1_310, 'hearsNobody'],
      [1_311, 'reached'],
      [2_000, 'carrierLost'],
    ],
    untilMs: 60_000,
    said: ['cut off 1310', 'probeGateway 1310', 'not cut off 1311', 'cut off 2000'],
  },
  {
    name: 'hearing somebody again ends it at once, and the next time it asks anew',
    inputs: [
      [1_310, 'hearsNobody'],
      [1_320, 'hearsSomebody'],
      [3_000, 'hearsNobody'],
      [3_010, 'hearsNobody'],
      [3_020, 'reached'],
    ],
    untilMs: 60_000,
    said: [
      'cut off 1310',
      'probeGateway 1310',
      'not cut off 1320',
      'cut off 3000',
      'probeGateway 3000',
      'not cut off 3020',
    ],
  },
];

for (const { name, inputs, untilMs, said } of table) test(name, () => assert.deepEqual(run(inputs, untilMs), said));
