import type { Lease } from '../shared/api/lease.ts';
import type { Change } from '../shared/kube/informer.ts';

/** Decides whether a speaker's Lease says something else by this annotation, or is another one's. Renewals are no news. */
export function saysNews(change: Change<Lease>, annotation: string): boolean {
  if (change.type !== 'modified') return true;
  const { object, previous } = change;
  return (
    object.meta.annotations[annotation] !== previous.meta.annotations[annotation] ||
    object.holderIdentity !== previous.holderIdentity
  );
}
