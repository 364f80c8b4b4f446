import type { MacWords } from './mac-words.ts';
import { macText } from './mac-words.ts';
import type { ServedAddress, ServedAddresses } from './served-addresses.ts';
import type { LinksByIndex } from './served-table.ts';
import type { Link } from './table.ts';

/** How this node's links changed. */
export interface LinkChange {
  readonly before: LinksByIndex;
  readonly now: ReadonlyMap<number, Link>;
  /** Indexes of those that addresses are answered on. */
  readonly serving: readonly number[];
}

/** The serving links whose neighbours have to be told again: their MAC is another, or frames get through again. */
export function linkNews({ before, now, serving }: LinkChange, served: ServedAddresses): ReadonlySet<number> {
  const isSaid = (link: Link): boolean => link.mac === textOf(served.macOf(link.index));
  const news = serving.filter((index) => {
    const link = now.get(index);
    if (link === undefined) return false;
    return before === undefined ? !isSaid(link) : isNews(before.get(index), link);
  });
  return new Set(news);
}

export function hasNewMac({ before, now, serving }: LinkChange): boolean {
  return serving.some((index) => before?.get(index)?.mac !== now.get(index)?.mac);
}

/** Whether frames get through on a link, as far as netlink has told. */
export function hasCarrier(links: LinksByIndex, index: number): boolean {
  if (links === undefined) return true;
  const link = links.get(index);
  return link?.up === true && link.carrier;
}

export function hasNewCarrier({ before, now, serving }: LinkChange): boolean {
  return before === undefined || serving.some((index) => hasCarrier(before, index) !== hasCarrier(now, index));
}

/** Whether an address that was owned before, and is, has come to another link. */
export function hasNewInterface(before: ServedAddress | undefined, now: ServedAddress): boolean {
  if (before === undefined || !before.owned || !now.owned) return false;
  return now.interfaces.some((one) => !before.interfaces.some((other) => other.index === one.index));
}

function textOf(mac: MacWords | undefined): string {
  return mac === undefined ? '' : macText(mac);
}

function isNews(before: Link | undefined, now: Link): boolean {
  if (before === undefined) return now.carrier;
  return before.mac !== now.mac || (now.carrier && !before.carrier) || (now.up && !before.up);
}
