import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { type JsonObject, readArray, readObject, readObjects, readString } from '../../shared/api/json.ts';
import { readManifests } from '../cluster/custom-resources.ts';

const folder = path.join(import.meta.dirname, 'golden');
const scenarios = readdirSync(folder);
const clusterScoped = ['ClusterRole', 'ClusterRoleBinding'];
const workloads = ['Deployment', 'DaemonSet'];
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/ */
const commonLabels = ['name', 'instance', 'version', 'part-of', 'managed-by'].map(
  (name) => `app.kubernetes.io/${name}`,
);

const nameOf = (object: JsonObject): string => readString(readObject(object, 'metadata'), 'name') ?? '';
const kindOf = (object: JsonObject): string => readString(object, 'kind') ?? '';
const templateOf = (workload: JsonObject): JsonObject => readObject(readObject(workload, 'spec'), 'template');
const podOf = (workload: JsonObject): JsonObject => readObject(templateOf(workload), 'spec');

/** Does a selector's matchLabels select Pods of a workload? */
function selects(matchLabels: JsonObject, workload: JsonObject): boolean {
  const labels = readObject(readObject(templateOf(workload), 'metadata'), 'labels');
  return Object.entries(matchLabels).every(([name, value]) => labels[name] === value);
}

/** What a cautious reader of the manifests would ask of a container. */
function faultsOf(container: JsonObject): readonly string[] {
  const security = readObject(container, 'securityContext');
  const resources = readObject(container, 'resources');
  const image = readString(container, 'image') ?? '';
  const ports = new Set(readObjects(container, 'ports').map((port) => readString(port, 'name')));
  const probes = ['livenessProbe', 'readinessProbe'].map((probe) =>
    readObject(readObject(container, probe), 'httpGet'),
  );
  const isPrivileged = security['privileged'] === true;
  const checks: Readonly<Record<string, boolean>> = {
    'an image that may change under its name': /(@sha256:[0-9a-f]{64}|:\d+\.\d+\.\d+)$/.test(image),
    'a root that it can write to': security['readOnlyRootFilesystem'] === true,
    'a way to more privileges': isPrivileged || security['allowPrivilegeEscalation'] === false,
    'capabilities that it does not need':
      isPrivileged || readArray(readObject(security, 'capabilities'), 'drop').includes('ALL'),
    'no request of memory or CPU': ['cpu', 'memory'].every((what) => what in readObject(resources, 'requests')),
    'no limit of memory': 'memory' in readObject(resources, 'limits'),
    'a probe of a port that it has not': probes.every((probe) => ports.has(readString(probe, 'port'))),
    'one probe for both questions': readString(probes[0] ?? {}, 'path') !== readString(probes[1] ?? {}, 'path'),
  };
  return Object.entries(checks).flatMap(([fault, isSound]) => (isSound ? [] : [fault]));
}

/** What is named and not there, or bound to nobody. */
function looseEnds(objects: readonly JsonObject[]): readonly string[] {
  const there = new Set(objects.map((object) => `${kindOf(object)}/${nameOf(object)}`));
  const asked = objects.flatMap((object) => [
    ...readObjects(object, 'subjects').map((subject) => `${subject['kind']}/${subject['name']}`),
    ...(object['roleRef'] === undefined
      ? []
      : [readObject(object, 'roleRef')].map((ref) => `${ref['kind']}/${ref['name']}`)),
    ...(workloads.includes(kindOf(object)) ? [`ServiceAccount/${podOf(object)['serviceAccountName']}`] : []),
  ]);
  const bound = new Set(asked);
  const unbound = [...there].filter((name) => /^(ClusterRole|Role|ServiceAccount)\//.test(name) && !bound.has(name));
  return [...asked.filter((name) => !there.has(name)), ...unbound];
}

test('there are six scenarios', () => assert.equal(scenarios.length, 6));

for (const scenario of scenarios) {
  describe(`what the chart renders: ${scenario}`, () => {
    const objects = readManifests(readFileSync(path.join(folder, scenario), 'utf8'));
    const running = objects.filter((object) => workloads.includes(kindOf(object)));

    test('has a name, a namespace and the common labels on each object', () => {
      assert.ok(objects.length >= 14);
      for (const object of objects) {
        const metadata = readObject(object, 'metadata');
        assert.equal(
          metadata['namespace'] === undefined,
          clusterScoped.includes(kindOf(object)),
          `${kindOf(object)} ${nameOf(object)}`,
        );
        for (const label of commonLabels) assert.ok(label in readObject(metadata, 'labels'), nameOf(object));
      }
    });

    test('runs two containers that give no cause for complaint', () => {
      const containers = running.flatMap((workload) => readObjects(podOf(workload), 'containers'));
      assert.equal(containers.length, 2);
      for (const container of containers) assert.deepEqual(faultsOf(container), [], String(container['name']));
      for (const workload of running) {
        const { priorityClassName, volumes } = podOf(workload);
        assert.deepEqual(readObject(podOf(workload), 'securityContext')['seccompProfile'], {
          type: 'RuntimeDefault',
        });
        assert.match(String(priorityClassName), /^system-(cluster|node)-critical$/);
        assert.equal(volumes, undefined);
      }
    });

    test('selects its own Pods, and each workload others than its neighbour', () => {
      for (const workload of running) {
        const own = readObject(readObject(readObject(workload, 'spec'), 'selector'), 'matchLabels');
        assert.deepEqual(running.filter((each) => selects(own, each)).map(nameOf), [nameOf(workload)]);
      }
      for (const kind of ['PodDisruptionBudget', 'NetworkPolicy', 'PodMonitor']) {
        for (const object of objects.filter((each) => kindOf(each) === kind)) {
          const spec = readObject(object, 'spec');
          const selector = readObject(spec, kind === 'NetworkPolicy' ? 'podSelector' : 'selector');
          assert.equal(
            running.filter((each) => selects(readObject(selector, 'matchLabels'), each)).length,
            1,
            nameOf(object),
          );
        }
      }
    });

    test('names nothing that is not there, and has no role or account that nobody has', () => {
      assert.deepEqual(looseEnds(objects), []);
    });

    test('grants no wildcard, and no Secret outside of its namespace', () => {
      const rules = objects.flatMap((object) =>
        readObjects(object, 'rules').map((rule) => ({ kind: kindOf(object), rule })),
      );
      assert.ok(rules.length >= 20);
      for (const { kind, rule } of rules) {
        const granted = ['apiGroups', 'resources', 'verbs'].flatMap((key) => readArray(rule, key));
        assert.ok(!granted.includes('*'), JSON.stringify(rule));
        if (kind === 'ClusterRole') assert.ok(!granted.includes('secrets'), JSON.stringify(rule));
      }
    });

    test('keeps several controllers apart, and one of them up', () => {
      const [controller = {}] = running.filter((each) => kindOf(each) === 'Deployment');
      const isSeveral = Number(readObject(controller, 'spec')['replicas']) > 1;
      const affinity = readObject(readObject(podOf(controller), 'affinity'), 'podAntiAffinity');
      assert.equal(readObjects(affinity, 'preferredDuringSchedulingIgnoredDuringExecution').length, 1);
      assert.equal(
        objects.some((each) => kindOf(each) === 'PodDisruptionBudget'),
        isSeveral,
      );
    });
  });
}
