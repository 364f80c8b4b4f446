import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../../shared/api/json.ts';
import { type ApiAccess, kubeconfigText } from '../api/access.ts';
import { eventually } from '../eventually.ts';
import type { Machine } from '../network/topology.ts';
import { ManagedProcess } from '../process/managed-process.ts';
import { heraldProgram } from '../programs.ts';
import { containerCommand, withCapabilities } from './container.ts';
import { type PodProgram, podProgram } from './pod-program.ts';

export interface KubeletOptions {
  readonly machine: Machine;
  readonly namespace: string;
  /** As a service account of the namespace. */
  readonly accessOf: (serviceAccount: string) => ApiAccess;
  readonly folder: string;
  /** The image's files; without them the programs run from their sources. */
  readonly image: string | undefined;
}

interface RunningPod {
  readonly program: PodProgram;
  readonly process: ManagedProcess;
}

/** Runs on one node what workloads name: with their arguments, environment, capabilities and service accounts. */
export class Kubelet {
  readonly #options: KubeletOptions;
  /** By the name of the workload. */
  readonly #pods = new Map<string, RunningPod>();

  constructor(options: KubeletOptions) {
    this.#options = options;
  }

  get processes(): readonly ManagedProcess[] {
    return [...this.#pods.values()].map(({ process }) => process);
  }

  /** Replaces the Pod of this workload on this node, if there is one, and waits until the new one is ready. */
  async run(workload: JsonObject): Promise<void> {
    const { machine, namespace } = this.#options;
    const name = String((workload['metadata'] as JsonObject)['name']);
    await this.#stop(name);
    const place = { podName: `${name}-${machine.name}`, namespace, nodeName: machine.name, hostIp: machine.ipv4 };
    const program = podProgram(workload, place);
    const process = this.#process(place.podName, program);
    this.#pods.set(name, { program, process });
    process.start();
    await this.#answers(program, program.probes.ready);
    await this.#answers(program, program.probes.live);
  }

  /** As the kubelet ends a Pod: SIGTERM, and SIGKILL when the grace period is over. Returns whether that was needed. */
  async #stop(name: string): Promise<void> {
    const pod = this.#pods.get(name);
    if (pod === undefined) return;
    let overdue = false;
    const timer = setTimeout(() => {
      overdue = true;
      void pod.process.kill('SIGKILL');
    }, pod.program.graceMs);
    await pod.process.kill('SIGTERM');
    clearTimeout(timer);
    if (overdue) throw new Error(`${name} on ${this.#options.machine.name} took longer than its grace period`);
  }

  #process(podName: string, program: PodProgram): ManagedProcess {
    const { folder, accessOf, machine, image } = this.#options;
    const secrets = join(folder, 'secrets');
    mkdirSync(secrets, { recursive: true });
    const file = `${podName}.kubeconfig`;
    writeFileSync(join(secrets, file), kubeconfigText(accessOf(program.serviceAccount)), { mode: 0o600 });
    const { args, capabilities } = program;
    // In a cluster the service account's token is a file of the Pod.
    const env = { ...program.env, KUBECONFIG: join(image === undefined ? secrets : '/var/run/secrets', file) };
    const command =
      image === undefined
        ? [...withCapabilities(capabilities), ...heraldProgram(program.program), ...args]
        : containerCommand({ image, secrets, env, capabilities, args: [`${program.program}.mjs`, ...args] });
    return new ManagedProcess({ name: podName, netns: machine.name, command, env });
  }

  async #answers({ probes }: PodProgram, path: string): Promise<void> {
    const url = `http://${this.#options.machine.ipv4}:${probes.port}${path}`;
    await eventually(`${url} answers with success`, async () => {
      const { ok } = await fetch(url, { signal: AbortSignal.timeout(1_000) });
      return ok || undefined;
    });
  }
}
