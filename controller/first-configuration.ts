import type { Service } from '../shared/api/service.ts';
import type { Cache } from '../shared/kube/informer.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { deferred } from '../shared/runtime/deferred.ts';
import type { Log } from '../shared/runtime/log.ts';
import { isOurs } from './allocator/request.ts';
import { awaitsPools } from './awaited-pools.ts';
import { type Configuration, lossMs } from './configuration-task.ts';

export interface FirstConfigurationOptions {
  readonly configuration: Pick<Configuration, 'state' | 'oldestMs' | 'onConfig' | 'onRead'>;
  readonly services: Cache<Service>;
  readonly loadBalancerClass: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** What is done while it waits; what it returns ends that. */
  readonly meanwhile: () => () => void;
}

const waitingText =
  'Services have addresses, and no IPAddressPool or ConfigMap with pools is there: nothing is given or taken back until one is applied';

/**
 * Where no pool is configured yet, and Services have addresses, of MetalLB for one, they would lose all of them before
 * anybody could apply the pools that these are in. Waits until there is a configuration whose objects have all come, or
 * nobody has an address any more.
 */
export async function firstConfiguration(options: FirstConfigurationOptions, signal: AbortSignal): Promise<void> {
  const { configuration, services, clock, log } = options;
  const { length } = holdersOf(options);
  if (!isAwaited(options)) return;
  log.warn('waiting-for-configuration', { servicesWithAddresses: length, meaning: waitingText });
  const over = deferred();
  let cancel: (() => void) | undefined;
  const settle = (): void => {
    cancel?.();
    cancel = isAwaited(options) ? undefined : clock.after(lossMs, () => over.resolve());
  };
  const unsubscribe = [
    // What is read without other pools, since nodes have other labels for one, puts nothing off.
    configuration.onConfig(settle),
    configuration.onRead(() => {
      if (cancel === undefined || isAwaited(options)) settle();
    }),
    services.onChange(() => {
      if (holdersOf(options).length === 0) over.resolve();
    }),
  ];
  const endMeanwhile = options.meanwhile();
  const onAbort = (): void => over.resolve();
  signal.addEventListener('abort', onAbort, { once: true });
  await over.promise;
  signal.removeEventListener('abort', onAbort);
  cancel?.();
  for (const end of unsubscribe) end();
  endMeanwhile();
}

function isAwaited(options: FirstConfigurationOptions): boolean {
  const { state, oldestMs } = options.configuration;
  const { config } = state;
  return config !== undefined && awaitsPools({ config, oldestMs, holders: holdersOf(options) });
}

function holdersOf({ services, loadBalancerClass }: FirstConfigurationOptions): readonly Service[] {
  const all = [...services.values()];
  return all.filter((service) => service.ingress.length > 0 && isOurs(service, loadBalancerClass));
}
