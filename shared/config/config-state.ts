import { buildConfig, type ConfigInputs } from './build-config.ts';
import type { Config, Finding } from './model.ts';

export interface ConfigState {
  /** In force; undefined until a first one could be used. */
  readonly config: Config | undefined;
  /** Of the newest configuration, whether it is in force or not. */
  readonly findings: readonly Finding[];
  /** The newest configuration can't be used: `config` is an earlier one, or none. */
  readonly stale: boolean;
}

export const initialConfigState: ConfigState = { config: undefined, findings: [], stale: false };

/** Reads the configuration anew. One that can't be used as a whole never replaces the last good one. */
export function stepConfig(state: ConfigState, inputs: ConfigInputs): ConfigState {
  const { config, findings } = buildConfig(inputs);
  return { config: config ?? state.config, findings, stale: config === undefined };
}
