import { type BFDProfile, bfdProfileResource } from '../../shared/api/bfd-profile.ts';
import { bgpAdvertisementResource } from '../../shared/api/bgp-advertisement.ts';
import { bgpPeerResource } from '../../shared/api/bgp-peer.ts';
import { communityResource } from '../../shared/api/community.ts';
import { ipAddressPoolResource } from '../../shared/api/ip-address-pool.ts';
import { type JsonObject, readObject, readText } from '../../shared/api/json.ts';
import { l2AdvertisementResource } from '../../shared/api/l2-advertisement.ts';
import type { ApiObject } from '../../shared/api/object-meta.ts';
import type { ResourceType } from '../../shared/api/resource-type.ts';
import { buildConfig } from '../../shared/config/build-config.ts';
import type { ConfigResult } from '../../shared/config/model.ts';
import { type Draft, withComment } from './draft.ts';

/** The configuration that these objects give, read as the controller reads it. */
export function configOfDrafts(drafts: readonly Draft[], namespace: string): ConfigResult {
  const ofType = <T extends ApiObject>(type: ResourceType<T>): readonly T[] =>
    drafts.filter(({ object }) => object['kind'] === type.kind).map(({ object }) => type.parse(object));
  const peers = ofType(bgpPeerResource);
  const profiles: readonly BFDProfile[] = ofType(bfdProfileResource);
  return buildConfig({
    namespace,
    configMap: undefined,
    pools: ofType(ipAddressPoolResource),
    advertisements: ofType(l2AdvertisementResource),
    bgp: {
      peers,
      profiles,
      advertisements: ofType(bgpAdvertisementResource),
      communities: ofType(communityResource),
      // To be copied: a comment says so.
      secrets: peers.flatMap(({ meta, passwordSecret: { name } }) =>
        name === '' ? [] : [{ meta: { ...meta, name }, hasPassword: true }],
      ),
    },
  });
}

/** With a comment above each object that Herald will complain about. */
export function withFindings(drafts: readonly Draft[], namespace: string): readonly Draft[] {
  const { findings } = configOfDrafts(drafts, namespace);
  return drafts.map((draft) =>
    findings
      .filter(({ object }) => object.kind === draft.object['kind'] && object.name === nameIn(draft.object))
      .reduce((said, { severity, message }) => withComment(said, [], `${severity}: ${message}`), draft),
  );
}

function nameIn(object: JsonObject): string {
  return readText(readObject(object, 'metadata'), 'name');
}
