/** One instruction, its continued lines joined: `COPY`, `--from=build /image /`. */
export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** From one FROM to the next. */
export type Stage = readonly Instruction[];

/** What the final stage says of how the image runs: https://docs.docker.com/reference/dockerfile/ */
export interface ImageConfig {
  readonly entrypoint: readonly string[];
  readonly workingDirectory: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user: UserId;
}

export interface UserId {
  readonly uid: number;
  readonly gid: number;
}

/** The stages of a Dockerfile, in their order. */
export function stagesOf(text: string): readonly Stage[] {
  const stages: Instruction[][] = [];
  for (const line of text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n')) {
    const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (name === 'FROM') stages.push([]);
    if (name !== '') stages.at(-1)?.push({ name, rest });
  }
  return stages;
}

/** Throws where the stage says nothing of it, or in a form that is not understood here. */
export function imageConfig(stage: Stage): ImageConfig {
  const only = (name: string): string => {
    const found = stage.filter((instruction) => instruction.name === name);
    if (found.length !== 1)
      throw new Error(`cannot read the Dockerfile: its last stage has ${found.length} of ${name}`);
    return found[0]?.rest ?? '';
  };
  const [uid = Number.NaN, gid = Number.NaN] = only('USER').split(':').map(Number);
  if (Number.isNaN(uid + gid)) throw new Error(`cannot read the Dockerfile: USER ${only('USER')} is not UID:GID`);
  const variables = stage.filter(({ name }) => name === 'ENV').map(({ rest }) => rest.split('=', 2));
  return {
    entrypoint: JSON.parse(only('ENTRYPOINT')) as string[],
    workingDirectory: only('WORKDIR'),
    env: Object.fromEntries(variables.map(([name = '', value = '']) => [name, value])),
    user: { uid, gid },
  };
}

/** What a stage copies from the build's context. */
export function copiedFromContext(stage: Stage): readonly string[] {
  return stage
    .filter(({ name, rest }) => name === 'COPY' && !rest.startsWith('--from='))
    .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
}
