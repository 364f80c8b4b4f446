import type { Service } from '../../shared/api/service.ts';
import type { Advertisement } from '../../shared/config/model.ts';
import { whyNotAdvertised } from '../../speaker/announceable-services.ts';
import type { ExplainedAdvertisement } from './explain-report.ts';

/** Every L2Advertisement: whether it is about an address that the Service has from one of these pools. */
export function advertisementsOfService(
  service: Service,
  pools: readonly string[],
  advertisements: readonly Advertisement[],
): readonly ExplainedAdvertisement[] {
  return advertisements.map((advertisement) => {
    const { name } = advertisement;
    const reasons = pools.map((pool) => whyNotAdvertised(advertisement, pool, service));
    if (reasons.includes(undefined)) return { name, applies: true, reason: undefined, text: reachText(advertisement) };
    return reasons.includes('serviceNotSelected')
      ? { name, applies: false, reason: 'serviceNotSelected', text: "the Service's labels match none of its selectors" }
      : { name, applies: false, reason: 'poolNotSelected', text: `does not select pool ${pools.join(' or ')}` };
  });
}

function reachText({ nodeSelectors, interfaces, preferredNodes }: Advertisement): string {
  const parts = [
    nodeSelectors.length === 0 ? 'any node' : 'chosen nodes',
    interfaces.length === 0 ? 'any interface' : `on ${interfaces.join(', ')}`,
    ...(preferredNodes.length === 0 ? [] : ['with preferences']),
  ];
  return parts.join(', ');
}
