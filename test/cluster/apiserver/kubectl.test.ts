import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { type Kubectl, kubectlMissing, withKubectl } from './testing/kubectl.ts';

const crds = join(import.meta.dirname, '../../../charts/herald/files/crds');

const service = `apiVersion: v1
kind: Service
metadata: {name: web, labels: {app: web}}
spec:
  type: LoadBalancer
  clusterIP: 10.96.7.7
  selector: {app: web}
  ports:
  - {name: http, port: 80, targetPort: 8090, nodePort: 30080}
  - {name: https, port: 443, targetPort: 8443, nodePort: 30443}
`;

const pool = `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: first, namespace: default}
spec:
  addresses: [192.168.10.90-192.168.10.100]
`;

const workload = `apiVersion: apps/v1
kind: DaemonSet
metadata: {name: speaker}
spec:
  selector: {matchLabels: {app: speaker}}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 1}}
  template:
    metadata: {labels: {app: speaker}}
    spec:
      hostNetwork: true
      tolerations: [{effect: NoSchedule, operator: Exists}]
      containers:
      - name: speaker
        image: example.test/speaker
        env:
        - {name: NODE_NAME, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}
        - {name: A, value: "1"}
        livenessProbe: {httpGet: {path: /healthz, port: metrics}}
        securityContext: {capabilities: {drop: [ALL], add: [NET_RAW]}}
        resources: {requests: {cpu: 50m}}
`;

/** A table without its AGE, which a clock would decide. */
function table(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) =>
      line
        .replace(/ (\d+s|<unknown>)(?= |$)/, ' AGED')
        .replace(/ +/g, ' ')
        .trimEnd(),
    );
}

async function withService(kubectl: Kubectl): Promise<void> {
  await kubectl.run('apply -f -', { input: service });
  const status = '{"status":{"loadBalancer":{"ingress":[{"ip":"192.168.10.90","ipMode":"VIP"}]}}}';
  await kubectl.run(`patch svc web --subresource status --type merge -p ${status}`);
}

async function withPool(kubectl: Kubectl): Promise<void> {
  await kubectl.run(`apply -f ${crds}`);
  await kubectl.run('apply -f -', { input: pool });
}

const missing = kubectlMissing();

describe('kubectl, unmodified', { skip: missing ?? false }, () => {
  test(
    'get prints a Service as a real cluster does',
    withKubectl(async (kubectl) => {
      await kubectl.run('apply -f -', { input: service });
      assert.deepEqual(table(await kubectl.run('get svc web')), [
        'NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE',
        'web LoadBalancer 10.96.7.7 <pending> 80:30080/TCP,443:30443/TCP AGED',
      ]);
      await withService(kubectl);
      assert.deepEqual(table(await kubectl.run('get svc -o wide --selector app=web')), [
        'NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE SELECTOR',
        'web LoadBalancer 10.96.7.7 192.168.10.90 80:30080/TCP,443:30443/TCP AGED app=web',
      ]);
      assert.deepEqual(table(await kubectl.run('get svc -A --field-selector metadata.name=web')), [
        'NAMESPACE NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE',
        'default web LoadBalancer 10.96.7.7 192.168.10.90 80:30080/TCP,443:30443/TCP AGED',
      ]);
      assert.match(
        await kubectl.run('get svc web -o yaml'),
        /^ {2}loadBalancer:\n {4}ingress:\n {4}- ip: 192.168.10.90$/m,
      );
      assert.equal(await kubectl.run('get svc web -o jsonpath={.spec.ports[*].targetPort}'), '8090 8443');
    }),
  );

  test(
    'get -w shows changes as rows',
    withKubectl(async (kubectl) => {
      await kubectl.run('apply -f -', { input: service });
      const watching = kubectl.follow('get svc web -w');
      try {
        await watching.printed(2);
        await kubectl.run('label svc web watched=yes');
        await watching.printed(3);
        await kubectl.run('delete svc web');
        const row = 'web LoadBalancer 10.96.7.7 <pending> 80:30080/TCP,443:30443/TCP AGED';
        assert.deepEqual(table((await watching.printed(4)).join('\n')), [
          'NAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE',
          row,
          row,
          row,
        ]);
      } finally {
        watching.stop();
      }
    }),
  );

  test(
    'apply creates, leaves alone and changes, lists merged by their keys',
    withKubectl(async (kubectl) => {
      assert.equal(await kubectl.run('apply -f -', { input: service }), 'service/web created\n');
      assert.equal(await kubectl.run('apply -f -', { input: service }), 'service/web unchanged\n');
      const changed = service.replace('port: 443', 'port: 8443').replace('targetPort: 8090', 'targetPort: 9090');
      assert.equal(await kubectl.run('apply -f -', { input: changed }), 'service/web configured\n');
      assert.equal(await kubectl.run('get svc web -o jsonpath={.spec.ports[*].port}'), '80 8443');
      assert.equal(await kubectl.run('get svc web -o jsonpath={.spec.ports[*].targetPort}'), '9090 8443');
    }),
  );

  test(
    'apply --server-side keeps owners, and refuses what another owns',
    withKubectl(async (kubectl) => {
      const file = kubectl.file('service.yaml', service);
      const other = kubectl.file('other.yaml', service.replace('targetPort: 8090', 'targetPort: 9090'));
      assert.equal(await kubectl.run(`apply --server-side -f ${file}`), 'service/web serverside-applied\n');
      const refusal = await kubectl.refused(`apply --server-side --field-manager other -f ${other}`);
      assert.match(
        refusal,
        /1 conflict: conflict with "kubectl" using v1: \.spec\.ports\[port=80,protocol="TCP"\]\.targetPort/,
      );
      await kubectl.run(`apply --server-side --field-manager other --force-conflicts -f ${other}`);
      assert.equal(await kubectl.run('get svc web -o jsonpath={.spec.ports[0].targetPort}'), '9090');
    }),
  );

  test(
    'apply says which field is unknown, and which is missing or wrong',
    withKubectl(async (kubectl) => {
      await kubectl.run(`apply -f ${crds}`);
      const typo = pool.replace('addresses:', 'adresses:');
      assert.match(await kubectl.refused('apply -f -', { input: typo }), /unknown field "spec\.adresses"/);
      const wrong = pool.replace('addresses: [192.168.10.90-192.168.10.100]', 'autoAssign: "yes"');
      const refusal = await kubectl.refused('apply --validate=false -f -', { input: wrong });
      assert.match(refusal, /The IPAddressPool "first" is invalid/);
      assert.match(refusal, /spec\.addresses: Required value/);
      assert.match(
        refusal,
        /spec\.autoAssign: Invalid value: "string": spec\.autoAssign in body must be of type boolean/,
      );
      const misspelt = service.replace('selector:', 'selektor:');
      assert.match(await kubectl.refused('apply -f -', { input: misspelt }), /unknown field "spec\.selektor"/);
    }),
  );

  test(
    'custom resources: columns, defaults, describe',
    withKubectl(async (kubectl) => {
      await withPool(kubectl);
      const [head, row] = table(await kubectl.run('get ipaddresspools'));
      const columns = 'NAME AUTO ASSIGN ASSIGNED IPV4 AVAILABLE IPV4 ASSIGNED IPV6 AVAILABLE IPV6 ADDRESSES AGE';
      assert.equal(head, columns);
      assert.match(row ?? '', /^first true \["192\.168\.10\.90-192\.168\.10\.100"\] /);
      assert.match(
        await kubectl.run('describe ipaddresspool first'),
        /Addresses:\n +192\.168\.10\.90-192\.168\.10\.100/,
      );
      await kubectl.run('wait --for=condition=Established crd/ipaddresspools.metallb.io --timeout=10s');
    }),
  );

  test(
    'edit, patch in three forms, label, annotate',
    withKubectl(async (kubectl) => {
      await withService(kubectl);
      await withPool(kubectl);
      await kubectl.run('edit svc web', { editor: kubectl.editor('targetPort: 8443', 'targetPort: 9443') });
      await kubectl.run('edit ipaddresspool first', {
        editor: kubectl.editor('autoAssign: true', 'autoAssign: false'),
      });
      assert.equal(await kubectl.run('get ipaddresspool first -o jsonpath={.spec.autoAssign}'), 'false');
      await kubectl.run('patch svc web -p {"spec":{"ports":[{"port":80,"targetPort":1111}]}}');
      await kubectl.run('patch svc web --type merge -p {"spec":{"externalTrafficPolicy":"Local"}}');
      await kubectl.run(
        'patch svc web --type json -p [{"op":"test","path":"/spec/type","value":"LoadBalancer"},{"op":"add","path":"/metadata/labels/json","value":"yes"}]',
      );
      await kubectl.run('label svc web app- tier=front');
      await kubectl.run('annotate svc web note=hello');
      const paths = '{.spec.ports[*].targetPort} {.spec.externalTrafficPolicy} {.metadata.labels}'.replaceAll(' ', ',');
      assert.equal(
        await kubectl.run(`get svc web -o jsonpath=${paths}`),
        '1111 9443,Local,{"json":"yes","tier":"front"}',
      );
      const failing = 'patch svc web --type json -p [{"op":"test","path":"/spec/type","value":"NodePort"}]';
      assert.match(await kubectl.refused(failing), /the value at "\/spec\/type" is not the one tested for/);
    }),
  );

  test(
    'describe svc and node',
    withKubectl(async (kubectl) => {
      await withService(kubectl);
      assert.match(await kubectl.run('describe svc web'), /^LoadBalancer Ingress: +192\.168\.10\.90 \(VIP\)$/m);
      await kubectl.run('apply -f -', { input: 'apiVersion: v1\nkind: Node\nmetadata: {name: node-a}\n' });
      assert.match(await kubectl.run('describe node node-a'), /^Name: +node-a$/m);
    }),
  );

  test(
    'create, expose, delete, delete -f',
    withKubectl(async (kubectl) => {
      await kubectl.run('create service loadbalancer made --tcp=80:8080');
      assert.equal(await kubectl.run('get svc made -o jsonpath={.spec.ports[0].targetPort}'), '8080');
      await kubectl.run('create namespace shop');
      await kubectl.run('create configmap settings --from-literal a=b -n shop');
      await kubectl.run('create secret generic key --from-literal a=b -n shop');
      assert.deepEqual(table(await kubectl.run('get cm,secret -n shop --no-headers')), [
        'configmap/settings 1 AGED',
        'secret/key Opaque 1 AGED',
      ]);
      await kubectl.run('create deployment shop --image example.test/shop -n shop');
      await kubectl.run('expose deployment shop --port 80 --type LoadBalancer -n shop');
      assert.match(await kubectl.run('get svc shop -n shop'), /LoadBalancer .* <pending>/);
      assert.equal(await kubectl.run('delete namespace shop --timeout=20s'), 'namespace "shop" deleted\n');
      const file = kubectl.file('service.yaml', service);
      await kubectl.run(`apply -f ${file}`);
      assert.equal(await kubectl.run(`delete -f ${file}`), 'service "web" deleted\n');
      assert.match(await kubectl.refused('get svc web'), /services "web" not found/);
    }),
  );

  test(
    'explain built-in and custom kinds',
    withKubectl(async (kubectl) => {
      await kubectl.run(`apply -f ${crds}`);
      const spec = await kubectl.run('explain svc.spec');
      assert.match(spec, /^FIELD: spec <ServiceSpec>$/m);
      assert.match(spec, /^ {2}loadBalancerClass\t<string>$/m);
      assert.match(await kubectl.run('explain svc.spec.ports.targetPort'), /^FIELD: targetPort <IntOrString>$/m);
      const custom = await kubectl.run('explain ipaddresspool.spec');
      assert.match(custom, /^GROUP: +metallb\.io$/m);
      assert.match(custom, /^ {2}addresses\t<\[\]string> -required-$/m);
    }),
  );

  test(
    'api-resources lists what is served, custom kinds included',
    withKubectl(async (kubectl) => {
      await kubectl.run(`apply -f ${crds}`);
      const lines = table(await kubectl.run('api-resources'));
      assert.ok(lines.includes('services svc v1 true Service'), lines.join('\n'));
      assert.ok(lines.includes('endpointslices discovery.k8s.io/v1 true EndpointSlice'));
      assert.ok(lines.includes('ipaddresspools ipap metallb.io/v1beta1 true IPAddressPool'));
    }),
  );

  test(
    'a workload as a chart has it: accepted whole, its environment merged by name',
    withKubectl(async (kubectl) => {
      assert.equal(await kubectl.run('apply -f -', { input: workload }), 'daemonset.apps/speaker created\n');
      assert.equal(await kubectl.run('apply -f -', { input: workload }), 'daemonset.apps/speaker unchanged\n');
      const changed = workload.replace('value: "1"', 'value: "2"');
      assert.equal(await kubectl.run('apply -f -', { input: changed }), 'daemonset.apps/speaker configured\n');
      const variables =
        '{.spec.template.spec.containers[0].env[*].name}={.spec.template.spec.containers[0].env[1].value}';
      assert.equal(await kubectl.run(`get ds speaker -o jsonpath=${variables}`), 'NODE_NAME A=2');
    }),
  );

  test(
    'cordon, taint and drain a node, ask for rights',
    withKubectl(async (kubectl) => {
      await kubectl.run('apply -f -', { input: 'apiVersion: v1\nkind: Node\nmetadata: {name: node-a}\n' });
      await kubectl.run('taint node node-a out-of-service=yes:NoExecute');
      await kubectl.run('drain node-a');
      assert.deepEqual(table(await kubectl.run('get nodes')), [
        'NAME STATUS ROLES AGE VERSION',
        'node-a Unknown,SchedulingDisabled <none> AGED',
      ]);
      await kubectl.run('uncordon node-a');
      assert.equal(await kubectl.run('auth can-i patch services --subresource status'), 'yes\n');
    }),
  );

  test(
    'get events shows an event with its object',
    withKubectl(async (kubectl) => {
      const event = `apiVersion: v1
kind: Event
metadata: {name: web.1, namespace: default}
type: Normal
reason: IPAllocated
message: 'Assigned IP ["192.168.10.90"]'
lastTimestamp: "2020-01-01T00:00:00Z"
involvedObject: {kind: Service, name: web, namespace: default}
`;
      await kubectl.run('create -f -', { input: event });
      const [, row] = (await kubectl.run('get events')).split('\n');
      assert.match(row ?? '', /^\S+ +Normal +IPAllocated +service\/web +Assigned IP \["192\.168\.10\.90"\]$/);
    }),
  );
});
