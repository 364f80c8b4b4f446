import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { readObject, readString } from '../../shared/api/json.ts';
import { pulseKeyAnnotations, pulseKeySecretName } from '../../shared/api/pulse-keys.ts';
import { eventReasons } from '../../shared/api/reasons.ts';
import { messageKeyOf } from '../../speaker/liveness/key-ring.ts';
import { encodeMessage } from '../../speaker/liveness/message-codec.ts';
import { nodeIdOf } from '../../speaker/liveness/node-id.ts';
import { heraldNamespace } from '../cluster/cluster.ts';
import { eventually } from '../cluster/eventually.ts';
import { isPulse, pulsePort, Recorder, sendMessages } from '../cluster/network/recorded-messages.ts';
import type { ClusterNode } from '../cluster/node.ts';
import { monotonicMs } from '../cluster/process/dialogue.ts';
import { speakerMetrics } from '../cluster/speaker-metrics.ts';
import { assertSuccession, failoverSuite, moves, settlesAt } from './failover-suite.ts';

const secretPath = `/api/v1/namespaces/${heraldNamespace}/secrets/${pulseKeySecretName}`;

await failoverSuite(import.meta.filename, { name: 'what speakers tell each other' }, (watched) => {
  /** Messages that each of the other speakers refused for that reason. */
  async function refusedByOthers(than: ClusterNode, reason: string): Promise<readonly number[]> {
    const others = watched().cluster.nodes.filter((node) => node !== than);
    const metrics = await Promise.all(others.map((node) => speakerMetrics(node.machine)));
    return metrics.map((each) => each.get(`herald_pulses_refused_total{reason="${reason}"}`) ?? 0);
  }

  async function sendToOthers(than: ClusterNode, messages: readonly Uint8Array[]): Promise<void> {
    for (const node of watched().cluster.nodes) if (node !== than) await sendMessages(node.machine.ipv4, messages);
  }

  /** Sends messages that say they are the owner's; all others refuse each of them for that reason, and nothing moves. */
  async function refused(reason: string, make: (owner: ClusterNode) => Promise<readonly Uint8Array[]>): Promise<void> {
    const owner = await watched().settled();
    const messages = await make(owner);
    assert.ok(messages.length >= 5, `${messages.length} messages`);
    const before = await refusedByOthers(owner, reason);
    const sinceMs = monotonicMs();
    await sendToOthers(owner, messages);
    await eventually(`they are refused as ${reason}`, async () => {
      const after = await refusedByOthers(owner, reason);
      const counts = after.map((count, index) => count - (before[index] ?? 0));
      if (counts.every((count) => count >= messages.length)) return true;
      throw new Error(`of ${messages.length}: ${counts.join()}`);
    });
    await settlesAt(watched(), owner);
    await assertSuccession(watched(), sinceMs, [owner]);
  }

  async function record(node: ClusterNode): Promise<readonly Uint8Array[]> {
    const recorder = new Recorder();
    try {
      return await eventually('pulses to record', () => {
        // What one of the others has never received would be no replay there.
        const messages = recorder.from(node.machine.ipv4).filter(({ bytes }) => isPulse(bytes));
        return messages.length < 20 ? undefined : messages.map(({ bytes }) => bytes);
      });
    } finally {
      recorder.stop();
    }
  }

  test('a leave made with a foreign key is refused', () =>
    refused('unknownKey', async (owner) => {
      const key = messageKeyOf(randomBytes(32));
      const header = { sender: nodeIdOf(owner.name), incarnation: randomBytes(8).toString('hex') };
      return Array.from({ length: 10 }, (_, index) =>
        encodeMessage({ ...header, sequence: index }, { type: 'leave' }, key),
      );
    }));

  test('recorded pulses in which an octet was changed are refused', () =>
    refused('notAuthentic', async (owner) =>
      (await record(owner)).map((bytes) => bytes.map((octet, index) => (index === 35 ? octet ^ 1 : octet))),
    ));

  test('recorded pulses, sent once more, are refused', () => refused('replayed', record));

  test('octets that are no message are refused', () =>
    refused('malformed', async () => Array.from({ length: 50 }, (_, index) => randomBytes(index * 20))));

  test('a node that crashes is not kept alive by its own pulses, recorded and sent again', async () => {
    const recorded = await record(await watched().settled());
    let replaying: Promise<void> | undefined;
    const { from, to, sinceMs } = await moves(watched(), async (owner) => {
      await owner.crash();
      replaying = (async () => {
        while (!owner.speaker.running) {
          await sendToOthers(owner, recorded);
          await delay(20);
        }
      })();
    });
    await from.boot();
    await replaying;
    await settlesAt(watched(), to);
    await sendToOthers(from, recorded);
    await assertSuccession(watched(), sinceMs, [from, to]);
  });

  test('the key is changed on request, and no address moves', async () => {
    const { api } = watched().cluster;
    const owner = await watched().settled();
    const current = async (): Promise<string | undefined> =>
      readString(readObject(await api.get(secretPath), 'data'), 'current');
    const before = await current();
    const sinceMs = monotonicMs();
    await api.mergePatch(secretPath, { metadata: { annotations: { [pulseKeyAnnotations.rotate]: 'now' } } });
    await eventually('another key is in force', async () => (await current()) !== before || undefined);
    await settlesAt(watched(), owner);
    await record(owner);
    await assertSuccession(watched(), sinceMs, [owner]);
  });

  test('while a firewall drops the pulses of the owner, in and out, it goes on answering, and an event says why', async () => {
    const { api } = watched().cluster;
    const owner = await watched().settled();
    const sinceMs = monotonicMs();
    await owner.setUdpBlocked(pulsePort, true);
    await eventually('PulsesBlocked is said', async () => {
      const events = await api.list('/api/v1/namespaces/default/events');
      return events.some((event) => event['reason'] === eventReasons.pulsesBlocked) || undefined;
    });
    await owner.setUdpBlocked(pulsePort, false);
    await settlesAt(watched(), owner);
    await assertSuccession(watched(), sinceMs, [owner]);
  });

  test('a node crashes while the API server is stopped, and is replaced; with the API server back, so is it', async () => {
    const { apiServer } = watched().cluster.controlPlane;
    await watched().settled();
    await apiServer.kill('SIGSTOP');
    const { from, to, sinceMs } = await moves(watched(), (owner) => owner.crash());
    await apiServer.kill('SIGCONT');
    await from.boot();
    await settlesAt(watched(), to);
    await assertSuccession(watched(), sinceMs, [from, to]);
  });
});
