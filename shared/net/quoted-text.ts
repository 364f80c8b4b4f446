// Kubernetes refuses an Event whose note is longer than 1 kB, and nobody reads further.
const maxLength = 100;

/** What a user wrote, as messages show it: in quotes, on one line, cut where it is long. */
export function quotedText(text: string): string {
  return JSON.stringify(shortText(text));
}

/** The text, cut where it is long. */
export function shortText(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength - 1)}…` : text;
}
