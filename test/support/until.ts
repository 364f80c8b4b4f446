/** Lets I/O and promises run until the condition holds; for tests with real sockets. Fails after very many rounds. */
export async function until(condition: () => boolean, what = 'the condition'): Promise<void> {
  for (let round = 0; round < 200_000; round += 1) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error(`${what} never came true`);
}
