import { type L2Advertisement, l2AdvertisementResource } from '../api/l2-advertisement.ts';
import { quotedText } from '../net/quoted-text.ts';
import { choosePools, type Surroundings } from './chosen-pools.ts';
import type { FindingObject, Problem } from './finding-text.ts';
import { isInterfaceName } from './interface-name.ts';
import type { Advertisement } from './model.ts';
import { checkSelector } from './selector-check.ts';
import { keepSound, repeated, type SoundEntries, soundSelectors } from './sound-entries.ts';
import { unmatchedNodes } from './unmatched-nodes.ts';

export interface ReadAdvertisement {
  readonly object: FindingObject;
  /** Undefined where nothing of it is in force. */
  readonly advertisement: Advertisement | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Reads one L2Advertisement. An entry that can't be used is left out and the rest stays in force; where a whole list is
 * lost by that, the advertisement is set aside.
 */
export function readAdvertisement(resource: L2Advertisement, surroundings: Surroundings): ReadAdvertisement {
  const { name, namespace } = resource.meta;
  const pools = choosePools(resource, surroundings);
  const nodes = soundSelectors(resource.nodeSelectors, 'spec.nodeSelectors');
  const services = soundSelectors(resource.serviceSelectors, 'spec.serviceSelectors');
  const interfaces = soundInterfaces(resource.interfaces);
  const preferred = soundPreferences(resource);
  const lost = nodes.lost || services.lost || interfaces.lost || pools.entries.length === 0;
  const advertisement: Advertisement = {
    name,
    pools: pools.entries,
    nodeSelectors: nodes.entries,
    interfaces: interfaces.entries,
    serviceSelectors: services.entries,
    preferredNodes: preferred.entries,
  };
  return {
    object: { kind: l2AdvertisementResource.kind, namespace, name },
    advertisement: lost ? undefined : advertisement,
    problems: [
      ...[pools, nodes, services, interfaces, preferred].flatMap((part) => part.problems),
      ...resource.nodeSelectors.flatMap((selector, index) =>
        unmatchedNodes(selector, `spec.nodeSelectors[${index}]`, surroundings.nodeLabels),
      ),
      ...resource.preferredNodeSelectors.flatMap(({ preference }, index) =>
        unmatchedNodes(preference, `spec.preferredNodeSelectors[${index}].preference`, surroundings.nodeLabels),
      ),
    ],
  };
}

function soundInterfaces(names: readonly string[]): SoundEntries<string> {
  const sound = keepSound(names, (name, index): readonly Problem[] => {
    if (isInterfaceName(name)) return [];
    const text = `${quotedText(name)} can't be the name of an interface; give it exactly as "ip link" prints it`;
    return [{ severity: 'error', path: `spec.interfaces[${index}]`, text }];
  });
  return { ...sound, problems: [...sound.problems, ...repeated(names, 'spec.interfaces')] };
}

function soundPreferences(resource: L2Advertisement): SoundEntries<L2Advertisement['preferredNodeSelectors'][number]> {
  return keepSound(resource.preferredNodeSelectors, ({ weight, preference }, index): readonly Problem[] => {
    const path = `spec.preferredNodeSelectors[${index}]`;
    if (Number.isInteger(weight) && weight >= 1 && weight <= 100) {
      return checkSelector(preference, `${path}.preference`);
    }
    return [{ severity: 'error', path: `${path}.weight`, text: `${weight} is not a whole number from 1 to 100` }];
  });
}
