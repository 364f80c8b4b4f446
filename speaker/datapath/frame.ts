/** A frame in a buffer that is used again and again: nothing may keep it. `view` starts at the Ethernet header. */
export interface Frame {
  readonly view: DataView;
  /** Bytes of `view` that hold the frame. */
  length: number;
  /** The interface it came in by, or is to leave by. */
  interfaceIndex: number;
}

/** Room for an Ethernet frame of the usual MTU; longer ones are no ARP and no neighbour discovery of ours. */
export const frameCapacity = 1536;
