import { Document, isCollection, isMap, isPair, isScalar } from 'yaml';
import type { DraftComment } from './draft.ts';

const width = 116;

/** YAML of an object, each comment at its place. The same object always gives the same text. */
export function draftText(object: object, comments: readonly DraftComment[]): string {
  // kubectl and Helm read YAML 1.1, where `yes` is no text.
  const document = new Document(object, { aliasDuplicateObjects: false, compat: 'yaml-1.1' });
  for (const { path, text } of comments) putComment(document, path, commentOf(text));
  return document.toString({ lineWidth: 0 });
}

/** Lines that begin with `#`, broken between words. */
export function commentLines(text: string): readonly string[] {
  const lines = [''];
  for (const word of text.split(/\s+/)) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + word.length > width) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line) => `# ${line}`);
}

/** As the library wants it: without the `#`. */
function commentOf(text: string): string {
  return commentLines(text)
    .map((line) => line.slice(1))
    .join('\n');
}

function putComment(document: Document, path: DraftComment['path'], comment: string): void {
  let at: unknown = document.contents;
  if (path.length === 0 && isCollection(at)) at.commentBefore = joined(at.commentBefore, comment);
  if (path.length === 0) return;
  for (const [index, step] of path.entries()) {
    const next = isMap(at) ? at.items.find(({ key }) => isScalar(key) && key.value === step) : undefined;
    if (next === undefined) break;
    if (index === path.length - 1 && isPair(next) && isScalar(next.key)) {
      next.key.commentBefore = joined(next.key.commentBefore, comment);
      return;
    }
    at = next.value;
  }
  if (isCollection(at)) at.comment = joined(at.comment, comment);
}

function joined(before: string | null | undefined, comment: string): string {
  return before ? `${before}\n${comment}` : comment;
}
