import type { JsonObject } from '../../../shared/api/json.ts';
import type { ApiAccess } from '../api/access.ts';
import { eventually } from '../eventually.ts';
import { dockerImage, heraldProcess } from '../herald-process.ts';
import type { UserId } from '../image/dockerfile.ts';
import type { Machine } from '../network/topology.ts';
import type { ManagedProcess } from '../process/managed-process.ts';
import { type PodProgram, podProgram } from './pod-program.ts';

export interface KubeletOptions {
  readonly machine: Machine;
  readonly namespace: string;
  /** As a service account of the namespace. */
  readonly accessOf: (serviceAccount: string) => ApiAccess;
  readonly folder: string;
  /** The image's files; without them the programs run from their sources, all as root. */
  readonly image: string | undefined;
  /** In place of the one that a Pod which must not run as root names: as platforms do that give each namespace ids of its own. */
  readonly userInstead: UserId | undefined;
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

  get machine(): Machine {
    return this.#options.machine;
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
    const program = podProgram(workload, place, dockerImage().user);
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

  #process(podName: string, { program, args, env, security, serviceAccount }: PodProgram): ManagedProcess {
    const { folder, accessOf, machine, image, userInstead } = this.#options;
    const user = security.user.uid === 0 ? security.user : (userInstead ?? security.user);
    return heraldProcess({
      ...{ program, name: podName, netns: machine.name, args, env, image, folder },
      access: accessOf(serviceAccount),
      security: { ...security, user },
    });
  }

  async #answers({ probes }: PodProgram, path: string): Promise<void> {
    const url = `http://${this.#options.machine.ipv4}:${probes.port}${path}`;
    await eventually(`${url} answers with success`, async () => {
      const { ok } = await fetch(url, { signal: AbortSignal.timeout(1_000) });
      return ok || undefined;
    });
  }
}
