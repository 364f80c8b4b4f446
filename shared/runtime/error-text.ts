/** How deep a chain of causes is followed. */
const deepestCause = 5;

/** One line for people: the message and those of its causes, which add what the outer one left out. */
export function errorText(error: unknown): string {
  const parts: string[] = [];
  let current: unknown = error;
  for (let depth = 0; depth < deepestCause && current !== undefined && current !== null; depth += 1) {
    const text = messageOf(current);
    if (text !== '' && !parts.some((part) => part.includes(text))) parts.push(text);
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join(': ');
}

/** The literal `code` of an error, where it has one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // Node's AggregateError (a name with several addresses, all refused) has an empty message of its own.
  if (error instanceof AggregateError && error.message === '') return error.errors.map(errorText).join(', ');
  return error.message.replace(/\s*\n\s*/g, ' ');
}
