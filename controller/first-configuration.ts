import type { Service } from '../shared/api/service.ts';
import type { Cache } from '../shared/kube/informer.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { deferred } from '../shared/runtime/deferred.ts';
import type { Log } from '../shared/runtime/log.ts';
import { isOurs } from './allocator/request.ts';
import { type Configuration, lossMs } from './configuration-task.ts';

export interface FirstConfigurationOptions {
  readonly configuration: Pick<Configuration, 'state' | 'onConfig' | 'onRead'>;
  readonly services: Cache<Service>;
  readonly loadBalancerClass: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

const waitingText =
  'Services have addresses, and no IPAddressPool or ConfigMap is there: nothing is given or taken back until one is applied';

/**
 * Where nothing at all is configured yet, and Services have addresses, of MetalLB for one, they would lose all of them
 * before anybody could apply the pools that these are in. Waits until there is a configuration whose objects have all
 * come, or nobody has an address any more.
 */
export async function firstConfiguration(options: FirstConfigurationOptions, signal: AbortSignal): Promise<void> {
  const { configuration, services, clock, log } = options;
  const isNone = (): boolean => configuration.state.config?.source === 'none';
  const holders = countHolders(options);
  if (!isNone() || holders === 0) return;
  log.warn('waiting-for-configuration', { servicesWithAddresses: holders, meaning: waitingText });
  const over = deferred();
  let cancel: (() => void) | undefined;
  const settle = (): void => {
    cancel?.();
    cancel = isNone() ? undefined : clock.after(lossMs, () => over.resolve());
  };
  const unsubscribe = [
    // What is read without other pools, since nodes have other labels for one, puts nothing off.
    configuration.onConfig(settle),
    configuration.onRead(() => {
      if (cancel === undefined || isNone()) settle();
    }),
    services.onChange(() => {
      if (countHolders(options) === 0) over.resolve();
    }),
  ];
  const onAbort = (): void => over.resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  await over.promise;
  signal.removeEventListener('abort', onAbort);
  cancel?.();
  for (const end of unsubscribe) end();
}

function countHolders({ services, loadBalancerClass }: FirstConfigurationOptions): number {
  const all = [...services.values()];
  return all.filter((service) => service.ingress.length > 0 && isOurs(service, loadBalancerClass)).length;
}
