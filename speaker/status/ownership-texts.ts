import type { GiveUpReason, TakeoverReason } from '../datapath/table.ts';
import type { StandingReason } from '../liveness/standing.ts';

/** Why a node took over, as the event `OwnerChanged`, the logs and docs/operations.md say it. */
export const takeoverTexts: Readonly<Record<TakeoverReason, string>> = {
  onlyCandidate: 'no other node may announce it',
  firstCandidate: 'nobody held it, and this node ranks first',
  heldBefore: 'this node held it before it restarted, or holds what moves with it',
  ownerNotLive: 'its owner is dead: it is heard no more, or its Lease is gone',
  ownerLeaving: 'its owner is about to stop',
  ownerUnfit: 'its owner lives and can not serve it: no carrier, or no interface',
  ownerNotCandidate: 'its owner may no longer announce it',
  preferred: 'this node ranks first, and `failback` or a changed preference wants it here',
  placedByRank: 'its owner had only just started, and this node ranks before it',
  nobodyTookIt: 'the node that should have taken it did not',
};

/** Why a node gave up, as the logs and docs/operations.md say it. */
export const giveUpTexts: Readonly<Record<GiveUpReason, string>> = {
  addressRemoved: 'no Service has the address any more, or nobody may announce it',
  notCandidate: 'this node may no longer announce it',
  betterCandidateLive: 'a node that ranks before this one took it over',
  noInterface: 'this node has no interface with carrier for it',
  takenOver: 'another node took it over, and says why',
  claimedByOther: 'two nodes held it, and the other one keeps it',
  stopping: 'this speaker stops',
};

/** Why a member counts otherwise than before, as the logs and docs/operations.md say it. */
export const standingTexts: Readonly<Record<StandingReason, string>> = {
  joined: 'its speaker has taken its Lease',
  notHeard: 'more than half of those that watch it hear no pulses; look at the node, its power and its network',
  left: 'its speaker said that it stops, and has stopped',
  restarted: 'its speaker was started anew; look at its Pod for why',
  leaseExpired: 'its Lease ran out and it is not heard; look at the node and its speaker Pod',
  removed: 'its Lease is gone, or has run out: its speaker has stopped',
  returned: 'it is heard again',
  leaseRenewed: 'its Lease is renewed though its pulses do not come; look at firewalls for UDP between the nodes',
  probationOver: 'it has been heard for 2 s since it came back',
  leaving: 'its speaker is about to stop',
};
