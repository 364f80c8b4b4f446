import type { Assignment, Decision } from '../../controller/allocator/decision.ts';
import type { AllocationRequest } from '../../controller/allocator/request.ts';
import type { ObjectKey } from '../../shared/api/object-meta.ts';
import { formatAddress, type IpAddress, sameAddress } from '../../shared/net/address.ts';
import type { ExplainedAddress } from './explain-report.ts';

export interface AddressesInput {
  readonly request: AllocationRequest;
  readonly decision: Decision;
  /** What the Service would be given if it had nothing, and all others what they have. */
  readonly anew: Decision;
  /** Those that the Service's status names, canonical. */
  readonly written: ReadonlySet<string>;
  /** Of all Services. */
  readonly decisions: ReadonlyMap<ObjectKey, Decision>;
}

/** The addresses that the Service has or is about to get, and why these. */
export function addressesOfService(input: AddressesInput): readonly ExplainedAddress[] {
  return input.decision.assignments.map((assignment) => {
    const address = formatAddress(assignment.address);
    return { address, pool: assignment.pool, written: input.written.has(address), ...why(assignment, input) };
  });
}

function why({ address, pool }: Assignment, input: AddressesInput): Pick<ExplainedAddress, 'why' | 'text'> {
  const { request, anew } = input;
  if (request.addresses.some((asked) => sameAddress(asked, address))) {
    return { why: 'requested', text: 'the Service asks for it' };
  }
  const others = sharers(address, input);
  if (others.length > 0) {
    const key = request.terms.key;
    return { why: 'shared', text: `shared with ${others.join(', ')} by allow-shared-ip ${key} (from pool ${pool})` };
  }
  if (anew.assignments.some((one) => sameAddress(one.address, address))) {
    return { why: 'lowestFree', text: `the lowest free address of pool ${pool}` };
  }
  return { why: 'kept', text: `kept from earlier, from pool ${pool}: an address stays with its Service` };
}

function sharers(address: IpAddress, { request, decisions }: AddressesInput): readonly ObjectKey[] {
  return [...decisions]
    .filter(
      ([key, { assignments }]) => key !== request.key && assignments.some((one) => sameAddress(one.address, address)),
    )
    .map(([key]) => key)
    .sort();
}
