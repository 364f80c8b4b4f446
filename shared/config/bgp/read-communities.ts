import { type Community, communityResource } from '../../api/community.ts';
import { quotedText } from '../../net/quoted-text.ts';
import { type FindingObject, mustBe, nameOf, type Problem } from '../finding-text.ts';
import { isLargeCommunity, isPlainCommunity } from './community-value.ts';

export interface ReadCommunities {
  /** Alias to value; of a name that stands twice the first one counts. */
  readonly aliases: ReadonlyMap<string, string>;
  readonly objects: readonly { readonly object: FindingObject; readonly problems: readonly Problem[] }[];
}

/** Reads all Community objects, in the order given: a name may stand only once in all of them. */
export function readCommunities(resources: readonly Community[]): ReadCommunities {
  const aliases = new Map<string, string>();
  /** Where each alias stands. */
  const places = new Map<string, string>();
  const objects = resources.map(({ meta, communities }) => {
    const object = { kind: communityResource.kind, namespace: meta.namespace, name: meta.name };
    const problems = communities.flatMap(({ name, value }, index): readonly Problem[] => {
      const path = `spec.communities[${index}]`;
      const wrong = [
        ...mustBe(name !== '', `${path}.name`, 'is empty; give the community a name'),
        ...mustBe(isCommunity(value), `${path}.value`, communityAdvice(value)),
        ...mustBe(
          !places.has(name),
          `${path}.name`,
          `${quotedText(name)} is already a name in ${places.get(name)}; give each its own`,
        ),
      ];
      if (wrong.length > 0) return wrong;
      aliases.set(name, value);
      places.set(name, `${nameOf(object)} at ${path}`);
      return [];
    });
    return { object, problems };
  });
  return { aliases, objects };
}

export function isCommunity(value: string): boolean {
  return isPlainCommunity(value) || isLargeCommunity(value);
}

function communityAdvice(value: string): string {
  return `${quotedText(value)} is not a community; write "A:B" with numbers to 65535, or "large:A:B:C" with numbers to 4294967295`;
}
