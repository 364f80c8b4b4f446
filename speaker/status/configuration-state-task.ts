import { type Node, nodeResource } from '../../shared/api/node.ts';
import { referenceTo } from '../../shared/api/resource-type.ts';
import {
  type ConfigurationStateOptions,
  type ConfigurationStateTask,
  configurationStateTask,
} from '../../shared/kube/configuration-state-task.ts';
import type { Cache } from '../../shared/kube/informer.ts';

export interface SpeakerStateOptions
  extends Pick<ConfigurationStateOptions, 'client' | 'clock' | 'log' | 'random' | 'namespace'> {
  /** This node. */
  readonly self: string;
  readonly nodes: Pick<Cache<Node>, 'get'>;
}

/** Speakers see a change at the same moment, and there may be a thousand of them. */
const spreadMs = 5_000;

/** The ConfigurationState of a speaker, named and labelled as MetalLB does; it goes with its node. */
export function speakerStateTask({ self, nodes, ...shared }: SpeakerStateOptions): ConfigurationStateTask {
  return configurationStateTask({
    ...shared,
    name: `speaker-${self}`,
    labels: { 'metallb.io/component-type': 'speaker', 'metallb.io/node-name': self },
    owner: () => {
      const found = nodes.get(self);
      return found && referenceTo(nodeResource, found);
    },
    spreadMs,
  });
}
