import { longestWatchMs } from './api-server.ts';
import { apiServer, type Conditions, gateway } from './network.ts';
import type { World } from './world.ts';

/** Something that goes wrong for a while. Returns how it ends. */
type Fault = (world: World, names: readonly string[]) => () => void;

const kill: Fault = (world, names) => {
  const name = world.random.pick(names);
  world.kill(name);
  return () => world.start(name);
};

const leave: Fault = (world, names) => {
  const name = world.random.pick(names);
  world.leave(name);
  return () => {
    // The process may still be handing over.
    if (world.node(name).runs) world.kill(name);
    world.start(name);
  };
};

const link: Fault = (world, names) => {
  const name = world.random.pick(names);
  world.setLink(name, false);
  return () => world.setLink(name, true);
};

/** One state of the whole LAN: what was cut off before is as these sides say. */
function part(world: World, sides: readonly (readonly string[])[]): void {
  world.isolatedMs.clear();
  world.network.part(sides);
}

/** The switch forwards nothing between the sides: one node alone, or any two halves. */
const partition: Fault = (world, names) => {
  const { random } = world;
  const others = random.some([...names, gateway, apiServer]);
  world.tell(`cut off: ${others}`);
  part(world, [[], others]);
  return () => {
    world.tell('the partition heals');
    part(world, []);
  };
};

/** A port of the switch is down; the node's own link stays up. */
const port: Fault = (world, names) => {
  const name = world.random.pick(names);
  world.tell(`port of ${name} down`);
  part(world, [[], [name]]);
  // In trouble it may have had proof already that the fault is the others'.
  if (world.calm.ageMs(world.timeline.nowMs) > 1000) world.isolatedMs.set(name, world.timeline.nowMs);
  return () => {
    world.tell(`port of ${name} up`);
    part(world, []);
  };
};

const oneWay: Fault = (world, names) => {
  const { random } = world;
  const from = random.some(names);
  const to = random.some(names);
  const pairs = from.flatMap((one) => to.map((other) => [one, other] as const)).filter(([one, other]) => one !== other);
  world.tell(`nothing passes from ${from} to ${to}`);
  for (const [one, other] of pairs) world.network.setCut(one, other, true);
  return () => {
    world.tell(`it passes again from ${from} to ${to}`);
    for (const [one, other] of pairs) world.network.setCut(one, other, false);
  };
};

const stall: Fault = (world, names) => {
  const name = world.random.pick(names);
  const ms = Math.round(world.random.between(50, 4000));
  world.tell(`${name} stalls for ${ms} ms`);
  world.node(name).stall(ms);
  // It goes on by itself; until then it hears nobody.
  world.calm.disturb(world.timeline.nowMs);
  world.timeline.after(ms, () => world.calm.restore(world.timeline.nowMs));
  return () => undefined;
};

const udp: Fault = (world, names) => {
  const name = world.random.pick(names);
  world.tell(`UDP of ${name} blocked`);
  world.network.setUdpBlocked(name, true);
  return () => {
    world.tell(`UDP of ${name} passes again`);
    world.network.setUdpBlocked(name, false);
  };
};

const api: Fault = (world) => {
  world.tell('API server away');
  world.api.setUp(false);
  return () => {
    world.tell('API server back');
    world.api.setUp(true);
  };
};

const weather: Fault = (world) => {
  const { random } = world;
  const conditions: Conditions = {
    loss: random.between(0, 0.3),
    duplicates: random.between(0, 0.2),
    minDelayMs: 0.2,
    maxDelayMs: random.between(1, 80),
  };
  world.tell(`conditions: ${JSON.stringify(conditions)}`);
  world.network.setConditions(conditions);
  return () => {
    world.tell('conditions calm');
    world.network.setConditions({});
  };
};

/** Somebody beside the gateway sends claims again and again that were recorded from speakers which have restarted since. */
const replay: Fault = (world, names) => {
  const { random, timeline } = world;
  world.tell('recorded claims are sent again');
  let goesOn = true;
  const send = (): void => {
    if (!goesOn) return;
    const running = new Set(Array.from(world.nodes.values(), ({ incarnation }) => incarnation));
    const old = world.recorded.filter(({ header }) => !running.has(header.incarnation));
    for (const packet of old.slice(-50)) {
      const name = random.pick(names);
      if (world.network.reaches(gateway, name)) world.node(name).receive(packet);
    }
    timeline.after(50, send);
  };
  send();
  return () => {
    goesOn = false;
  };
};

/** An administrator excludes a node, takes that back, or prefers another one. */
const configure: Fault = (world, names) => {
  const { random } = world;
  const groups = [...world.api.groups];
  if (groups.length === 0) return () => undefined;
  const group = random.pick(groups);
  const candidates = random.some(names);
  world.tell(`candidates of ${group.key}: ${candidates}`);
  world.api.setCandidates(group.key, candidates);
  return () => {
    if (random.chance(0.5) || !Array.from(world.api.groups, ({ key }) => key).includes(group.key)) return;
    world.tell(`candidates of ${group.key}: ${group.candidates}`);
    world.api.setCandidates(group.key, group.candidates);
  };
};

/** An advertisement leaves some nodes out, or takes them in again, for all Services. */
const advertise: Fault = (world, names) => {
  const before = [...world.api.groups];
  const nodes = world.random.some(names);
  world.tell(`only these announce: ${nodes}`);
  for (const { key, candidates } of before) {
    world.api.setCandidates(
      key,
      candidates.filter((name) => nodes.includes(name)),
    );
  }
  return () => {
    world.tell('all announce again');
    const keys = new Set(Array.from(world.api.groups, ({ key }) => key));
    for (const { key, candidates } of before) if (keys.has(key)) world.api.setCandidates(key, candidates);
  };
};

/** A Service is deleted, and mostly another one gets its address. */
const remove: Fault = (world, names) => {
  const { random } = world;
  const groups = [...world.api.groups];
  if (groups.length === 0) return () => undefined;
  const group = random.pick(groups);
  const { key, candidates } = group;
  world.tell(`${key} is deleted`);
  world.api.removeGroup(key);
  return () => {
    if (random.chance(0.2) || world.api.group(key) !== undefined) return;
    const next = random.chance(0.5) ? candidates : random.some(names);
    world.tell(`${key} is created, candidates ${next}`);
    world.api.addGroup({ ...group, candidates: next });
  };
};

/** A Service comes. */
const create: Fault = (world, names) => {
  const key = world.newKey();
  const candidates = world.random.some(names);
  world.tell(`${key} is created, candidates ${candidates}`);
  world.api.addGroup({ key, candidates });
  return () => undefined;
};

/** A Service gets another address, or a sharer: its group goes by another name. */
const regroup: Fault = (world) => {
  const { random } = world;
  const groups = [...world.api.groups];
  if (groups.length === 0) return () => undefined;
  const group = random.pick(groups);
  const key = world.newKey();
  const candidates = random.shuffle(group.candidates);
  world.tell(`${group.key} is ${key} now, candidates ${candidates}`);
  world.api.regroup(group, key, candidates);
  return () => {
    const now = world.api.group(key);
    if (now === undefined || world.api.group(group.key) !== undefined || random.chance(0.5)) return;
    world.tell(`${key} is ${group.key} again`);
    world.api.regroup(now, group.key, group.candidates);
  };
};

/** Somebody deletes the Lease of a speaker: it owns what it owned as long as it is heard. */
const forget: Fault = (world, names) => {
  world.forget(world.random.pick(names));
  return () => undefined;
};

export const faults = {
  ...{ kill, leave, link, partition, port, oneWay, stall, udp, api, weather, replay },
  ...{ configure, advertise, remove, create, regroup, forget },
};
export type FaultName = keyof typeof faults;
export const faultNames: readonly FaultName[] = [
  'kill',
  'leave',
  'link',
  'partition',
  'port',
  'oneWay',
  'stall',
  'udp',
  'api',
  'weather',
  'replay',
  'configure',
  'advertise',
  'remove',
  'create',
  'regroup',
  'forget',
];

/** Those that keep nodes from hearing one another. A stall counts its own time. */
const impairing: ReadonlySet<FaultName> = new Set(['link', 'partition', 'port', 'oneWay', 'udp', 'weather']);
/** Those that keep a node from the API server as well. */
const cutting: ReadonlySet<FaultName> = new Set(['link', 'partition', 'port']);

function impairs(kind: FaultName, kinds: readonly FaultName[]): boolean {
  // Who was cut off when another one started can't know it, and listens to no stranger, until the API server is back.
  return impairing.has(kind) || (kind === 'api' && kinds.some((other) => cutting.has(other)));
}

function begin(world: World, kind: FaultName, impaired: boolean, lastsMs: number): void {
  const { calm, timeline } = world;
  const end = faults[kind](world, [...world.nodes.keys()]);
  if (impaired) calm.disturb(timeline.nowMs);
  timeline.after(lastsMs, () => {
    end();
    world.api.reconnect();
    if (!impaired) return;
    // What got lost is told again within a second; and who was cut from the API server has to hear of new nodes.
    const toldAgainMs = kind === 'weather' || kind === 'oneWay' ? 1000 : longestWatchMs;
    timeline.after(toldAgainMs, () => calm.restore(timeline.nowMs));
  });
}

/** Plans so many faults at random from now on; all of them are over after `spanMs`, stalls and slow ends included. */
export function planFaults(world: World, kinds: readonly FaultName[], count: number, spanMs: number): void {
  const { random, timeline } = world;
  for (let index = 0; index < count; index += 1) {
    const kind = random.pick(kinds);
    const startMs = timeline.nowMs + random.between(0, spanMs - 5000);
    const lastsMs = random.between(20, Math.max(20, timeline.nowMs + spanMs - 4000 - startMs));
    timeline.at(startMs, () => begin(world, kind, impairs(kind, kinds), lastsMs));
  }
  timeline.after(spanMs, () => {
    for (const name of world.nodes.keys()) world.start(name);
  });
}
