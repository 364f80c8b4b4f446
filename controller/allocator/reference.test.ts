import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Labels } from '../../shared/api/label-selector.ts';
import type { ObjectKey } from '../../shared/api/object-meta.ts';
import type { Config } from '../../shared/config/model.ts';
import { AllocationWorld, heldOf, type Refused, refusalOf } from '../../test/support/allocation-world.ts';
import {
  changedLayout,
  type LayoutChange,
  layoutChange,
  type PoolLayout,
  poolLayout,
  poolsOf,
} from '../../test/support/pool-layouts.ts';
import { configOfPools } from '../../test/support/pool-manifest.ts';
import { type Obstacle, ReferenceAllocator } from '../../test/support/reference-allocator.ts';
import { referencePools } from '../../test/support/reference-pools.ts';
import type { Wish } from '../../test/support/reference-wish.ts';
import { serviceManifest } from '../../test/support/service-manifest.ts';
import { manifestOf, type WrittenWish, wishChange, wishKey, writtenWish } from '../../test/support/wishes.ts';

const serviceCount = 8;

/** What the reference knows, and what only the tests need to know. */
interface Model {
  readonly reference: ReferenceAllocator;
  readonly labels: Map<string, Labels>;
  readonly wishes: Map<ObjectKey, WrittenWish>;
  layout: PoolLayout;
  /** Each command takes a second, as fine as a status tells time. */
  nowMs: number;
}

abstract class Step implements fc.Command<Model, AllocationWorld> {
  check(): boolean {
    return true;
  }

  run(model: Model, world: AllocationWorld): void {
    model.nowMs += 1_000;
    const told = world.events.length;
    this.take(model, world);
    agree(model, world);
    for (const event of world.events.slice(told)) {
      if (event.includes('ClearAssignment')) assert.match(event, /\(.+\)$/, 'each cleared address has its cause');
    }
  }

  abstract take(model: Model, world: AllocationWorld): void;
  abstract toString(): string;
}

class Put extends Step {
  readonly #written: WrittenWish;
  readonly #status: readonly string[];

  constructor(written: WrittenWish, status: readonly string[]) {
    super();
    this.#written = written;
    this.#status = status;
  }

  take({ reference, wishes, nowMs }: Model, world: AllocationWorld): void {
    const { key } = this.#written.wish;
    wishes.set(key, this.#written);
    const isNew = reference.outcome(key) === undefined;
    reference.put(this.#written.wish, isNew ? this.#status : [], nowMs);
    const ingress = { loadBalancer: { ingress: this.#status.map((ip) => ({ ip })) } };
    world.put(key, serviceManifest(manifestOf(this.#written)), isNew ? ingress : undefined, nowMs);
  }

  toString(): string {
    return `put ${JSON.stringify(manifestOf(this.#written))} with ${this.#status}`;
  }
}

/** A Service asks for one thing otherwise. */
class Change extends Step {
  readonly #key: ObjectKey;
  readonly #change: Partial<Wish>;

  constructor(index: number, change: Partial<Wish>) {
    super();
    this.#key = wishKey(index);
    this.#change = change;
  }

  take(model: Model, world: AllocationWorld): void {
    const before = model.wishes.get(this.#key);
    if (before === undefined || model.reference.outcome(this.#key) === undefined) return;
    new Put({ ...before, wish: { ...before.wish, ...this.#change } }, []).take(model, world);
  }

  toString(): string {
    return `${this.#key} asks for ${JSON.stringify(this.#change)}`;
  }
}

/** Somebody writes other addresses into a status; that changes nothing, and is put right. */
class HandEdit extends Step {
  readonly #key: ObjectKey;
  readonly #status: readonly string[];

  constructor(index: number, addresses: readonly string[]) {
    super();
    this.#key = wishKey(index);
    this.#status = addresses;
  }

  take({ reference, wishes, nowMs }: Model, world: AllocationWorld): void {
    const written = wishes.get(this.#key);
    if (written === undefined || reference.outcome(this.#key) === undefined) return;
    const ingress = { loadBalancer: { ingress: this.#status.map((ip) => ({ ip })) } };
    world.put(this.#key, serviceManifest(manifestOf(written)), ingress, nowMs);
  }

  toString(): string {
    return `the status of ${this.#key} is edited to say ${this.#status}`;
  }
}

/** Deleted, or no longer ours. */
class Leave extends Step {
  readonly #key: ObjectKey;
  readonly #how: 'deleted' | 'typeChanged' | 'classChanged';

  constructor(index: number, how: 'deleted' | 'typeChanged' | 'classChanged') {
    super();
    this.#key = wishKey(index);
    this.#how = how;
  }

  take({ reference, nowMs }: Model, world: AllocationWorld): void {
    const known = reference.outcome(this.#key) !== undefined;
    reference.remove(this.#key, nowMs);
    const spec = this.#how === 'typeChanged' ? { type: 'NodePort' } : { loadBalancerClass: 'example.com/other' };
    if (this.#how === 'deleted') world.remove(this.#key, nowMs);
    else if (known) world.put(this.#key, serviceManifest({ key: this.#key, spec }), undefined, nowMs);
  }

  toString(): string {
    return `${this.#key} ${this.#how}`;
  }
}

class Configure extends Step {
  readonly #changes: readonly LayoutChange[];
  /** What the pools so far have given stays until the next change. */
  readonly #withGrace: boolean;

  constructor(changes: readonly LayoutChange[], withGrace: boolean) {
    super();
    this.#changes = changes;
    this.#withGrace = withGrace;
  }

  take(model: Model, world: AllocationWorld): void {
    const leaving = this.#withGrace ? Object.keys(poolsOf(model.layout)) : [];
    model.layout = this.#changes.reduce(changedLayout, model.layout);
    const pools = poolsOf(model.layout);
    const config: Config = { ...configOfPools(pools), leaving: new Set(leaving) };
    model.reference.configure(referencePools(pools, leaving), model.nowMs);
    world.configure(config, model.nowMs);
  }

  toString(): string {
    return `configure ${JSON.stringify(this.#changes)} ${this.#withGrace ? 'with grace' : ''}`;
  }
}

class Relabel extends Step {
  readonly #namespace: string;
  readonly #labels: Labels;

  constructor(namespace: string, labels: Labels) {
    super();
    this.#namespace = namespace;
    this.#labels = labels;
  }

  take({ reference, labels, nowMs }: Model, world: AllocationWorld): void {
    labels.set(this.#namespace, this.#labels);
    reference.settle(nowMs);
    world.label(this.#namespace, this.#labels, nowMs);
  }

  toString(): string {
    return `label ${this.#namespace} ${JSON.stringify(this.#labels)}`;
  }
}

class Restart extends Step {
  take({ reference, nowMs }: Model, world: AllocationWorld): void {
    reference.restart(nowMs);
    world.restart(nowMs);
  }

  toString(): string {
    return 'restart';
  }
}

/** Both say the same of every Service: what it holds, of which pool, why no more, and its status says it too. */
function agree({ reference, nowMs }: Model, world: AllocationWorld): void {
  for (const key of new Set([...reference.keys, ...world.keys()])) {
    const outcome = reference.outcome(key);
    const decision = world.decision(key, nowMs);
    const holds = outcome?.holds ?? [];
    assert.deepEqual(
      heldOf(decision),
      holds.map(({ ip, pool }) => `${ip} of ${pool}`),
      key,
    );
    sayTrueReasons(refusalOf(decision), outcome?.refusal, `${key} is told`);
    assert.deepEqual(
      world.written(key),
      holds.map(({ ip }) => ip),
      `the status of ${key}`,
    );
  }
}

/** What is said is true, and of pools all are named; a second address that could not be had either may go unmentioned. */
function sayTrueReasons(
  said: readonly Refused[] | undefined,
  obstacles: readonly Obstacle[] | undefined,
  who: string,
): void {
  assert.equal(said === undefined, obstacles === undefined, who);
  for (const { what, reason } of said ?? []) {
    const reasons = obstacles?.find((obstacle) => obstacle.what === what)?.reasons ?? [];
    assert.ok(reasons.includes(reason), `${who}: ${what} ${reason}, where it is ${reasons.join(' or ')}`);
  }
  const told = new Set((said ?? []).map(({ what }) => what));
  const untold = (obstacles ?? []).filter(({ what }) => !told.has(what));
  const ofAddress = (what: string): boolean => /[.:]/.test(what);
  assert.deepEqual(
    untold.filter(({ what }) => told.size === 0 || !ofAddress(what)),
    [],
    who,
  );
}

const index = fc.nat({ max: serviceCount - 1 });
const status = fc.constantFrom([], [], [], ['10.0.0.1'], ['10.0.0.4', 'fd00::1'], ['9.9.9.9'], ['fd00::2']);
const put = fc.tuple(writtenWish(serviceCount), status).map(([written, has]) => new Put(written, has));
const change = fc.tuple(index, wishChange).map((args) => new Change(...args));
const edit = fc.tuple(index, status).map((args) => new HandEdit(...args));
const labels = fc.constantFrom<Labels>({}, { team: 'red' }, { team: 'blue' });
const leave = fc
  .tuple(index, fc.constantFrom('deleted', 'typeChanged', 'classChanged'))
  .map((args) => new Leave(...args));
const configure = fc
  .tuple(fc.array(layoutChange, { minLength: 1, maxLength: 4 }), fc.boolean())
  .map((args) => new Configure(...args));
const relabel = fc.tuple(fc.constantFrom('n0', 'n1', 'n2'), labels).map((args) => new Relabel(...args));
const limits = { maxCommands: 40, size: 'max' } as const;
const commands = fc.oneof(
  fc.commands([put, put, change, change, leave, configure, configure, relabel, fc.constant(new Restart())], limits),
  // Where the pools stay as they are, more Services come to wait for them.
  fc.commands([put, put, put, change, edit, leave], limits),
);

test('whatever happens, the allocator agrees with a slow and simple reading of the rules', () => {
  fc.assert(
    fc.property(poolLayout, commands, (layout, steps) => {
      const namespaceLabels = new Map<string, Labels>();
      const pools = poolsOf(layout);
      const reference = new ReferenceAllocator(referencePools(pools), (name) => namespaceLabels.get(name) ?? {});
      const model: Model = { reference, labels: namespaceLabels, layout, wishes: new Map(), nowMs: 0 };
      fc.modelRun(() => ({ model, real: new AllocationWorld(configOfPools(pools)) }), steps);
    }),
    { numRuns: 1_000 },
  );
});
