/** Lets promises that are already decided run, with all that hangs on them; waits for no timer and no I/O. */
export async function settle(): Promise<void> {
  for (let round = 0; round < 3; round += 1) await new Promise((resolve) => setImmediate(resolve));
}
