import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type ApiAccess, kubeconfigText } from './api/access.ts';
import { type ContainerSecurity, containerCommand } from './image/container.ts';
import { type ImageConfig, imageConfig, stagesOf } from './image/dockerfile.ts';
import { podSecurity } from './kubelet/pod-program.ts';
import type { Netns } from './network/iproute.ts';
import { ManagedProcess } from './process/managed-process.ts';
import { heraldProgram } from './programs.ts';
import { renderedChart, workloadIn } from './rendered-chart.ts';
import { runnableUser } from './sandbox/user-ids.ts';

export interface HeraldProcessOptions {
  readonly program: 'controller' | 'speaker';
  readonly name: string;
  readonly netns: Netns;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly access: ApiAccess;
  /** For its credentials. */
  readonly folder: string;
  /** The image's files; by default those that HERALD_IMAGE names, and where it names none the program runs from its source. */
  readonly image?: string | undefined;
  /** By default what the chart gives it; asked only where it runs from an image. */
  readonly security?: ContainerSecurity;
}

const repository = join(import.meta.dirname, '..', '..');
/** In the container, in place of a service account's token. */
const secretsMount = '/var/run/secrets';

/** A controller or a speaker with credentials of its own, not started yet. */
export function heraldProcess(options: HeraldProcessOptions): ManagedProcess {
  const { program, name, netns, args, image = givenImage() } = options;
  const secrets = join(options.folder, 'secrets', name);
  const file = join(secrets, 'kubeconfig');
  mkdirSync(secrets, { recursive: true });
  writeFileSync(file, kubeconfigText(options.access), { mode: 0o600 });
  if (image === undefined) {
    const env = { ...options.env, KUBECONFIG: file };
    const fromSource = [...heraldProgram(program), ...args];
    const command = options.security === undefined ? fromSource : confined(fromSource, options.security, env);
    return new ManagedProcess({ name, netns, command, env });
  }
  const security = options.security ?? chartSecurity(program, args);
  const user = runnableUser(security.user);
  // As the kubelet gives a Pod its token: https://kubernetes.io/docs/concepts/storage/projected-volumes/
  chownSync(file, user.uid, user.gid);
  const { entrypoint, workingDirectory, env } = dockerImage();
  const container = {
    ...{ ...security, user, image, entrypoint, workingDirectory },
    env: { ...env, ...options.env, KUBECONFIG: `${secretsMount}/kubeconfig` },
    mounts: { [secretsMount]: secrets },
  };
  return new ManagedProcess({ name, netns, command: containerCommand(container, [`${program}.mjs`, ...args]) });
}

/** With what the Pod leaves a program of capabilities, but as root: other users may not be able to read the sources. */
function confined(
  [program = '', ...args]: readonly string[],
  security: ContainerSecurity,
  env: Readonly<Record<string, string>>,
): readonly string[] {
  const nothing = { image: undefined, workingDirectory: '/', mounts: {} };
  return containerCommand({ ...security, ...nothing, entrypoint: [program], env, user: { uid: 0, gid: 0 } }, args);
}

/** The folder that HERALD_IMAGE names, as `npm run image` lays it out; undefined where it names none. */
export function givenImage(): string | undefined {
  const named = process.env['HERALD_IMAGE'];
  if (named === undefined || named === '') return undefined;
  const folder = resolve(repository, named);
  if (existsSync(join(folder, 'app'))) return folder;
  throw new Error(`cannot run from HERALD_IMAGE=${named}: it holds no image, as npm run image lays one out`);
}

/** What the Dockerfile says of how the image runs. */
export function dockerImage(): ImageConfig {
  return imageConfig(stagesOf(readFileSync(join(repository, 'Dockerfile'), 'utf8')).at(-1) ?? []);
}

/** One line for a run from an image: as whom its programs run. */
export function imageNotice(image: string): string {
  const [controller, speaker] = [chartSecurity('controller', []).user, chartSecurity('speaker', []).user];
  const runs = runnableUser(controller);
  const why = runs.uid === controller.uid ? '' : `, for this sandbox has no user ${controller.uid}`;
  return `Herald runs from ${image}: controllers as user ${runs.uid}${why}, speakers as user ${speaker.uid}`;
}

/** By what the chart renders, kept in its tests: with these values where the arguments are such that they ask for others. */
function chartSecurity(program: HeraldProcessOptions['program'], args: readonly string[]): ContainerSecurity {
  const scenario = args.includes('--strict-arp=enforce') ? 'ipvs-enforce' : 'default';
  const workload = workloadIn(renderedChart(scenario), program === 'controller' ? 'Deployment' : 'DaemonSet');
  return podSecurity(workload, dockerImage().user);
}
