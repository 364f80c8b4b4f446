/** The same moment on two clocks: the monotonic one that schedules run on, and Unix time that others read. */
export interface Instant {
  readonly nowMs: number;
  readonly wallMs: number;
}
