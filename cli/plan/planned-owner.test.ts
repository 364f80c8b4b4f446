import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { GroupPlan } from '../../speaker/group-plan.ts';
import type { Failback } from '../../speaker/ownership/owned-group.ts';
import { OwnershipCluster } from '../../test/support/ownership-cluster.ts';
import { speaker } from '../../test/support/plan-world.ts';
import { PlannedOwners } from './planned-owner.ts';

const ip = '192.0.2.1';
const nodes = ['a', 'b', 'c', 'd'];
const speakers = new Map(nodes.map((node) => [node, speaker]));

/** Some nodes, in some order: which of them may announce the address, best first. */
const candidates = fc
  .shuffledSubarray(nodes, { minLength: 1 })
  .map((some): readonly [string, ...string[]] => [some[0] ?? 'a', ...some.slice(1)]);
const failback = fc.constantFrom<Failback>('never', 'always', { delayMs: 5_000 });

function groupOf(names: readonly string[]): GroupPlan {
  return {
    electedBy: ip,
    ips: [ip],
    services: ['shop/web'],
    candidates: names,
    passedOver: new Map(),
    allowed: new Map(),
  };
}

test('who is foretold to announce an address is who then holds it', () => {
  let stayed = 0;
  let moved = 0;
  fc.assert(
    fc.property(candidates, candidates, failback, fc.constantFrom(...nodes), (before, after, policy, away) => {
      const cluster = new OwnershipCluster({ nodes, failback: policy });
      cluster.start(nodes);
      cluster.setGroups({ [ip]: { candidates: before } });
      cluster.run(5_000);
      // A node that was away for a while: where another one holds what ranks first there.
      cluster.kill(away);
      cluster.seeAll(away, 'dead');
      cluster.run(5_000);
      cluster.start([away]);
      cluster.seeAll(away, 'live');
      cluster.run(60_000);
      const [holder, ...others] = cluster.owners(ip);
      assert.deepEqual(others, []);

      cluster.setGroups({ [ip]: { candidates: after, holder } });
      cluster.run(60_000);
      const owners = new PlannedOwners(speakers, policy);
      const foretold = owners.of({ group: groupOf(after), holder, former: groupOf(before) });
      assert.deepEqual(cluster.owners(ip), [foretold]);
      if (foretold === holder) stayed += 1;
      else moved += 1;
    }),
    { numRuns: 400 },
  );
  assert.ok(stayed > 50 && moved > 50, `${stayed} stayed, ${moved} moved`);
});
