import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { formatAddress } from '../../shared/net/address.ts';
import { configOfPools, type PoolSpecs } from '../../test/support/pool-manifest.ts';
import { dualStack, ipv6Only, parsedService, type ServiceManifest } from '../../test/support/service-manifest.ts';
import { Allocator } from './allocator.ts';
import { readClaim } from './claim.ts';
import { lossText, refusalText } from './reason-text.ts';

const requireDual = { ...dualStack, ipFamilyPolicy: 'RequireDualStack' };
const preferDual = { ...dualStack, ipFamilyPolicy: 'PreferDualStack' };
const sharedBy = (key: string) => ({ 'metallb.io/allow-shared-ip': key });
const https = { ports: [{ protocol: 'TCP', port: 443 }] };

/** An allocator with a clock that ticks once per call. */
class Story {
  allocator: Allocator;
  readonly labels = new Map<string, Record<string, string>>();
  #nowMs = 0;

  constructor(pools: PoolSpecs) {
    this.allocator = new Allocator(configOfPools(pools), (namespace) => this.labels.get(namespace) ?? {});
  }

  apply(...manifests: readonly ServiceManifest[]): readonly string[] {
    let decided: readonly string[] = [];
    for (const manifest of manifests) decided = this.allocator.update(readClaim(parsedService(manifest)), this.#tick());
    return decided;
  }

  remove(key: string): readonly string[] {
    return this.allocator.remove(key, this.#tick());
  }

  configure(pools: PoolSpecs): readonly string[] {
    return this.allocator.configure(configOfPools(pools), this.#tick());
  }

  /** Another controller takes over, and finds these Services. */
  restart(pools: PoolSpecs, ...manifests: readonly ServiceManifest[]): void {
    this.allocator = new Allocator(configOfPools(pools), (namespace) => this.labels.get(namespace) ?? {});
    this.allocator.adopt(
      manifests.map((manifest) => readClaim(parsedService(manifest))),
      this.#tick(),
    );
  }

  loseStrays(): void {
    this.allocator.loseStrays(this.#tick());
  }

  label(namespace: string, labels: Record<string, string>): void {
    this.labels.set(namespace, labels);
    this.allocator.namespaceChanged(namespace, this.#tick());
  }

  has(key: string): readonly string[] {
    return (this.allocator.decision(key)?.assignments ?? []).map(({ address }) => formatAddress(address));
  }

  whyNot(key: string): string | undefined {
    const refusal = this.allocator.decision(key)?.refusal;
    return refusal && refusalText(refusal);
  }

  lost(key: string): readonly string[] {
    const lost = this.allocator.decision(key)?.lost ?? [];
    return lost.map(({ address, reason }) => `${formatAddress(address)}: ${lossText(reason)}`);
  }

  #tick(): number {
    this.#nowMs += 1;
    return this.#nowMs;
  }
}

describe('a freed address', () => {
  const one: PoolSpecs = { a: { addresses: ['1.0.0.1'] } };

  test('goes to the longest-waiting Service, whatever its name and age', () => {
    const story = new Story(one);
    story.apply({ key: 'd/holder' }, { key: 'd/z', createdAt: '2026-01-03T00:00:00Z' }, { key: 'd/a' });
    const decided = story.remove('d/holder');
    assert.deepEqual(story.has('d/z'), ['1.0.0.1']);
    assert.deepEqual(story.has('d/a'), []);
    assert.deepEqual(decided, ['d/holder', 'd/z']);
  });

  test('passes over those whom it does not help', () => {
    const story = new Story(one);
    story.apply({ key: 'd/holder' }, { key: 'd/six', spec: ipv6Only }, { key: 'd/four' });
    story.remove('d/holder');
    assert.deepEqual(story.has('d/four'), ['1.0.0.1']);
  });

  test('is no news to those whose port is taken on all addresses of their key', () => {
    const story = new Story(one);
    const annotations = sharedBy('blue');
    const alike = ['b', 'c', 'd'].map((name) => ({ key: `d/${name}`, annotations }));
    story.apply({ key: 'd/a', annotations }, ...alike, { key: 'd/https', annotations, spec: https });
    assert.deepEqual(story.remove('d/a'), ['d/a', 'd/b']);
    assert.deepEqual(story.remove('d/https'), ['d/https']);
    assert.deepEqual(story.remove('d/b'), ['d/b', 'd/c']);
  });

  test('goes to the one that waits for this very address before a newcomer', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1-1.0.0.2'] } });
    const wish = { 'metallb.io/loadBalancerIPs': '1.0.0.1' };
    story.apply({ key: 'd/holder' }, { key: 'd/wishes', annotations: wish });
    assert.equal(story.whyNot('d/wishes'), '1.0.0.1: in use by d/holder (no common allow-shared-ip key)');
    story.remove('d/holder');
    story.apply({ key: 'd/newcomer' });
    assert.deepEqual(story.has('d/wishes'), ['1.0.0.1']);
    assert.deepEqual(story.has('d/newcomer'), ['1.0.0.2']);
  });

  test('frees another one in turn', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1-1.0.0.2'] } });
    const wish = { 'metallb.io/loadBalancerIPs': '1.0.0.1' };
    story.apply({ key: 'd/one' }, { key: 'd/two' }, { key: 'd/two', annotations: wish }, { key: 'd/three' });
    story.remove('d/one');
    assert.deepEqual(story.has('d/two'), ['1.0.0.1']);
    assert.deepEqual(story.has('d/three'), ['1.0.0.2']);
  });

  test('goes to the longest-waiting also where a new configuration lets that one in', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1'], serviceAllocation: { namespaces: ['old', 'b'] } } });
    const wish = { 'metallb.io/loadBalancerIPs': '2.0.0.1' };
    story.apply(
      { key: 'old/moves', status: ['1.0.0.1'], annotations: wish },
      { key: 'a/longest' },
      { key: 'b/shorter' },
    );
    story.configure({ a: { addresses: ['1.0.0.1'] }, b: { addresses: ['2.0.0.1'], autoAssign: false } });
    assert.deepEqual(story.has('old/moves'), ['2.0.0.1']);
    assert.deepEqual([story.has('a/longest'), story.has('b/shorter')], [['1.0.0.1'], []]);
  });

  test('goes to the longest-waiting also where new namespace labels let that one in', () => {
    const team = (name: string) => ({ namespaces: ['other'], namespaceSelectors: [{ matchLabels: { team: name } }] });
    const story = new Story({
      red: { addresses: ['1.0.0.1'], serviceAllocation: team('red') },
      blue: { addresses: ['2.0.0.1'], serviceAllocation: team('blue') },
    });
    story.label('shop', { team: 'red' });
    const asking = (ip: string) => ({ 'metallb.io/loadBalancerIPs': ip });
    story.apply(
      { key: 'shop/loses', status: ['1.0.0.1'], annotations: asking('9.9.9.9') },
      { key: 'other/moves', status: ['2.0.0.1'], annotations: asking('1.0.0.1') },
      { key: 'shop/longest' },
      { key: 'other/shorter' },
    );
    story.label('shop', { team: 'blue' });
    assert.deepEqual([story.has('shop/loses'), story.has('other/moves')], [[], ['1.0.0.1']]);
    assert.deepEqual([story.has('shop/longest'), story.has('other/shorter')], [['2.0.0.1'], []]);
  });

  test('goes to one that waits before one that has just lost another', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1', '1000::1'] }, c: { addresses: ['3.0.0.1'] } });
    story.apply({ key: 'd/dual', spec: requireDual }, { key: 'd/loses' }, { key: 'd/waits' });
    story.configure({ a: { addresses: ['1.0.0.1'] } });
    assert.deepEqual([story.has('d/dual'), story.has('d/loses')], [[], []]);
    assert.deepEqual(story.has('d/waits'), ['1.0.0.1']);
  });

  test('is offered when a Service was deleted and created again in one step', () => {
    const story = new Story(one);
    story.apply({ key: 'd/a', uid: '1' }, { key: 'd/waits' }, { key: 'd/a', uid: '2' });
    assert.deepEqual(story.has('d/waits'), ['1.0.0.1']);
    assert.deepEqual(story.has('d/a'), []);
  });
});

describe('families', () => {
  test('PreferDualStack is completed from the same pool once that is possible', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1-1.0.0.9', '1000::1'] }, b: { addresses: ['2000::/120'] } });
    story.apply({ key: 'd/holder', spec: ipv6Only }, { key: 'd/web', spec: preferDual });
    assert.deepEqual(story.has('d/web'), ['1.0.0.1']);
    story.remove('d/holder');
    assert.deepEqual(story.has('d/web'), ['1.0.0.1', '1000::1']);
  });

  test('the one that has lacked a family for longest is completed first', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1-1.0.0.2'] } });
    story.apply({ key: 'd/z', spec: preferDual }, { key: 'd/a', spec: preferDual });
    story.configure({ a: { addresses: ['1.0.0.1-1.0.0.2', '1000::1'] } });
    assert.deepEqual([story.has('d/z'), story.has('d/a')], [['1.0.0.1', '1000::1'], ['1.0.0.2']]);
  });

  test('a dual pool beats a single one that comes first', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1'] }, b: { addresses: ['2.0.0.1', '2000::1'] } });
    story.apply({ key: 'd/web', spec: preferDual });
    assert.deepEqual(story.has('d/web'), ['2.0.0.1', '2000::1']);
  });

  test('a pool that loses one family costs only that address', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1', '1000::1'] } });
    story.apply({ key: 'd/web', spec: preferDual });
    story.configure({ a: { addresses: ['1.0.0.1'] }, b: { addresses: ['2.0.0.1', '2000::1'] } });
    assert.deepEqual(story.has('d/web'), ['1.0.0.1']);
    assert.deepEqual(story.lost('d/web'), ['1000::1: no pool has it']);
  });

  test('with RequireDualStack both move to a pool that has both', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1', '1000::1'] } });
    story.apply({ key: 'd/web', spec: requireDual });
    story.configure({ a: { addresses: ['1.0.0.1'] }, b: { addresses: ['2.0.0.1', '2000::1'] } });
    assert.deepEqual(story.has('d/web'), ['2.0.0.1', '2000::1']);
  });

  test('with RequireDualStack none is left where no pool has both, and others may have what it gave up', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1', '1000::1'] } });
    story.apply({ key: 'd/web', spec: requireDual }, { key: 'd/waits' });
    story.configure({ a: { addresses: ['1.0.0.1'] } });
    assert.deepEqual(story.has('d/web'), []);
    assert.equal(story.whyNot('d/web'), 'pool a: has no IPv6 addresses');
    assert.deepEqual(story.has('d/waits'), ['1.0.0.1']);
  });

  test('a pool annotation beside an address holds for the other family too', () => {
    const story = new Story({
      a: { addresses: ['1.0.0.1', '1000::1'] },
      b: { addresses: ['2.0.0.1', '2000::1'], autoAssign: false },
    });
    story.apply({ key: 'd/web', spec: preferDual });
    assert.deepEqual(story.has('d/web'), ['1.0.0.1', '1000::1']);
    const annotations = { 'metallb.io/address-pool': 'b', 'metallb.io/loadBalancerIPs': '2.0.0.1' };
    story.apply({ key: 'd/web', spec: preferDual, annotations });
    assert.deepEqual(story.has('d/web'), ['2.0.0.1', '2000::1']);
    assert.deepEqual(story.lost('d/web'), [
      '1.0.0.1: another address or pool was requested',
      '1000::1: another address or pool was requested',
    ]);
  });

  test('a Service that gives up its second cluster IP gives back that address only', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1', '1000::1'] } });
    story.apply({ key: 'd/web', spec: requireDual }, { key: 'd/web', spec: ipv6Only });
    assert.deepEqual(story.has('d/web'), ['1000::1']);
    assert.deepEqual(story.lost('d/web'), ['1.0.0.1: the Service does not have this family']);
  });
});

describe('sharing', () => {
  const two: PoolSpecs = { a: { addresses: ['1.0.0.1-1.0.0.2'] } };

  test('the only user may change its key in place', () => {
    const story = new Story(two);
    story.apply({ key: 'd/web', annotations: sharedBy('k') }, { key: 'd/web', annotations: sharedBy('l') });
    story.apply({ key: 'd/other', annotations: sharedBy('l'), spec: https });
    assert.deepEqual(story.has('d/web'), ['1.0.0.1']);
    assert.deepEqual(story.has('d/other'), ['1.0.0.1']);
  });

  test('one of two that changes its key is served anew', () => {
    const story = new Story(two);
    story.apply(
      { key: 'd/web', annotations: sharedBy('k') },
      { key: 'd/other', annotations: sharedBy('k'), spec: https },
    );
    story.apply({ key: 'd/other', annotations: sharedBy('l'), spec: https });
    assert.deepEqual(story.has('d/web'), ['1.0.0.1']);
    assert.deepEqual(story.has('d/other'), ['1.0.0.2']);
    assert.deepEqual(story.lost('d/other'), ['1.0.0.1: another Service holds it and does not share it']);
  });

  test('one of two that takes up the port of the other is served anew', () => {
    const story = new Story(two);
    story.apply(
      { key: 'd/web', annotations: sharedBy('k') },
      { key: 'd/other', annotations: sharedBy('k'), spec: https },
    );
    story.apply({ key: 'd/other', annotations: sharedBy('k') });
    assert.deepEqual(story.has('d/other'), ['1.0.0.2']);
  });

  test('the address stays taken until the last of them is gone', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1'] } });
    story.apply(
      { key: 'd/web', annotations: sharedBy('k') },
      { key: 'd/other', annotations: sharedBy('k'), spec: https },
    );
    story.apply({ key: 'd/waits' });
    story.remove('d/web');
    assert.deepEqual(story.has('d/waits'), []);
    story.remove('d/other');
    assert.deepEqual(story.has('d/waits'), ['1.0.0.1']);
  });

  test('a Service that waits joins as soon as the holder frees the port or takes up its key', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1'] } });
    story.apply({ key: 'd/web' }, { key: 'd/waits', annotations: sharedBy('k'), spec: https });
    assert.deepEqual(story.has('d/waits'), []);
    story.apply({ key: 'd/web', annotations: sharedBy('k') });
    assert.deepEqual(story.has('d/waits'), ['1.0.0.1']);
  });

  test('of those who wait for one address all get it that may share it with the first', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1'] } });
    story.apply(
      { key: 'd/web' },
      { key: 'd/one', annotations: sharedBy('k') },
      { key: 'd/two', annotations: sharedBy('k'), spec: https },
    );
    story.remove('d/web');
    assert.deepEqual([story.has('d/one'), story.has('d/two')], [['1.0.0.1'], ['1.0.0.1']]);
  });

  test('the pool counts addresses, not Services', () => {
    const story = new Story(two);
    story.apply(
      { key: 'd/web', annotations: sharedBy('k') },
      { key: 'd/other', annotations: sharedBy('k'), spec: https },
    );
    const [pool] = story.allocator.pools();
    assert.deepEqual(pool?.usage('IPv4'), { inUse: 1n, of: 2n });
  });
});

describe('a pool that is set aside', () => {
  const why = 'set aside, its configuration can not be used ("kubectl describe ipaddresspool" says why)';

  test('is named to those who wait, whatever they asked for', () => {
    const story = new Story({ a: { addresses: ['1.0.0.400'] } });
    const byPool = { 'metallb.io/address-pool': 'a' };
    const byAddress = { 'metallb.io/loadBalancerIPs': '1.0.0.4' };
    story.apply(
      { key: 'd/plain' },
      { key: 'd/pool', annotations: byPool },
      { key: 'd/address', annotations: byAddress },
    );
    assert.equal(story.whyNot('d/plain'), `pool a: ${why}`);
    assert.equal(story.whyNot('d/pool'), `pool a: ${why}`);
    assert.equal(story.whyNot('d/address'), `1.0.0.4: no pool has it; pool a: ${why}`);
  });
});

describe('pools that are set aside', () => {
  const dual: PoolSpecs = { a: { addresses: ['1.0.0.1'] }, b: { addresses: ['1000::1'] } };
  const unreadable: PoolSpecs = { a: { addresses: ['lan'] }, b: { addresses: ['lan'] } };

  test('RequireDualStack does not stay with one family, also where the pool that it asks for is one of them', () => {
    const story = new Story(dual);
    story.apply({ key: 'd/web', status: ['1.0.0.1'] });
    story.configure(unreadable);
    assert.deepEqual(story.has('d/web'), ['1.0.0.1']);
    story.apply({ key: 'd/web', spec: requireDual, annotations: { 'metallb.io/address-pool': 'a' } });
    assert.deepEqual(story.has('d/web'), []);
    assert.deepEqual(story.lost('d/web'), ['1.0.0.1: RequireDualStack, and the other family can not be had']);
  });

  test('are told apart after a restart: when one is gone, only its address goes', () => {
    const story = new Story(dual);
    const annotations = { 'metallb.io/ip-allocated-from-pool': 'a,b' };
    story.restart(unreadable, { key: 'd/web', spec: preferDual, status: ['1.0.0.1', '1000::1'], annotations });
    assert.deepEqual(story.has('d/web'), ['1.0.0.1', '1000::1']);
    story.configure({ a: { addresses: ['lan'] } });
    assert.deepEqual(story.has('d/web'), ['1.0.0.1']);
  });
});

describe('an address that no pool has when a controller starts', () => {
  const one: PoolSpecs = { a: { addresses: ['1.0.0.1'] } };
  const annotations = { 'metallb.io/ip-allocated-from-pool': 'gone' };

  test('stays for a moment, since its pool may be about to come back under another name', () => {
    const story = new Story(one);
    story.restart(one, { key: 'd/web', status: ['9.9.9.8'], annotations });
    assert.deepEqual(story.has('d/web'), ['9.9.9.8']);
    story.configure({ ...one, b: { addresses: ['9.9.9.9'] } });
    assert.deepEqual(story.has('d/web'), ['9.9.9.8']);
    story.configure({ ...one, b: { addresses: ['9.9.9.8/31'] } });
    story.loseStrays();
    assert.deepEqual(story.has('d/web'), ['9.9.9.8']);
  });

  test('and is given back after it', () => {
    const story = new Story(one);
    story.restart(one, { key: 'd/web', status: ['9.9.9.8'], annotations });
    story.loseStrays();
    assert.deepEqual(story.has('d/web'), ['1.0.0.1']);
    assert.deepEqual(story.lost('d/web'), ['9.9.9.8: no pool has it']);
  });

  test('is given back at once where no pool ever gave it', () => {
    const story = new Story(one);
    story.restart(one, { key: 'd/web', status: ['9.9.9.8'] });
    assert.deepEqual(story.has('d/web'), ['1.0.0.1']);
    assert.equal(story.allocator.hasStrays, false);
  });
});

describe('why an address was lost', () => {
  const story = new Story({ a: { addresses: ['1.0.0.1'] } });

  test('is remembered until the object no longer names it, whatever is decided meanwhile', () => {
    story.apply({ key: 'd/web' }, { key: 'd/web', status: ['1.0.0.1'] });
    story.configure({});
    story.configure({ b: { addresses: ['2.0.0.1'] } });
    assert.deepEqual(story.lost('d/web'), ['1.0.0.1: no pool has it']);
    story.apply({ key: 'd/web', status: ['1.0.0.1'], labels: { changed: 'yes' } });
    assert.deepEqual(story.lost('d/web'), ['1.0.0.1: no pool has it']);
  });

  test('and no longer', () => {
    story.apply({ key: 'd/web', status: ['2.0.0.1'] });
    assert.deepEqual(story.lost('d/web'), []);
  });
});

describe('a change of configuration', () => {
  test('a pool that grows serves those who wait, in order', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1'] } });
    story.apply({ key: 'd/c' }, { key: 'd/b' }, { key: 'd/a' });
    story.configure({ a: { addresses: ['1.0.0.1-1.0.0.2'] } });
    assert.deepEqual([story.has('d/c'), story.has('d/b'), story.has('d/a')], [['1.0.0.1'], ['1.0.0.2'], []]);
  });

  test('a pool that shrinks costs only those beyond it, and they are served elsewhere', () => {
    const story = new Story({ a: { addresses: ['1.0.0.1-1.0.0.2'] } });
    story.apply({ key: 'd/one' }, { key: 'd/two' });
    story.configure({ a: { addresses: ['1.0.0.2'] }, b: { addresses: ['2.0.0.1'] } });
    assert.deepEqual([story.has('d/one'), story.has('d/two')], [['2.0.0.1'], ['1.0.0.2']]);
  });

  test('a pool that is split moves nobody', () => {
    const story = new Story({ a: { addresses: ['1.0.0.0/30'] } });
    story.apply({ key: 'd/one' }, { key: 'd/two' }, { key: 'd/three' });
    story.configure({ b: { addresses: ['1.0.0.0/31'] }, c: { addresses: ['1.0.0.2/31'] } });
    assert.deepEqual(
      [story.has('d/one'), story.has('d/two'), story.has('d/three')],
      [['1.0.0.0'], ['1.0.0.1'], ['1.0.0.2']],
    );
    assert.equal(story.allocator.decision('d/three')?.assignments[0]?.pool, 'c');
  });

  test('what one pool excludes another may give', () => {
    const story = new Story({
      a: { addresses: ['1.0.0.0/24'], excludeAddresses: ['1.0.0.128/25'] },
      b: { addresses: ['1.0.0.128-1.0.0.129'], autoAssign: false },
    });
    story.apply({ key: 'd/web', annotations: { 'metallb.io/loadBalancerIPs': '1.0.0.128' } });
    assert.equal(story.allocator.decision('d/web')?.assignments[0]?.pool, 'b');
    story.apply({ key: 'd/high', annotations: { 'metallb.io/loadBalancerIPs': '1.0.0.130' } });
    const why = '1.0.0.130: no pool gives it, though pool a has it: see its excludeAddresses and avoidBuggyIPs';
    assert.equal(story.whyNot('d/high'), why);
  });

  test('a namespace that comes to match a pool is served from it', () => {
    const selector = { namespaceSelectors: [{ matchLabels: { team: 'shop' } }] };
    const story = new Story({ a: { addresses: ['1.0.0.1'], serviceAllocation: selector } });
    story.apply({ key: 'shop/web' });
    assert.equal(story.whyNot('shop/web'), 'pool a: namespace shop not allowed');
    story.label('shop', { team: 'shop' });
    assert.deepEqual(story.has('shop/web'), ['1.0.0.1']);
    story.label('shop', {});
    assert.deepEqual(story.has('shop/web'), []);
    assert.deepEqual(story.lost('shop/web'), ['1.0.0.1: its pool no longer allows this Service']);
  });
});
