/** What is sent: RFC 9112 §3. */
export interface RequestParts {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  /** Field lines of every request, as `fieldLines` makes them. */
  readonly fields: string;
  readonly body: string | undefined;
  readonly contentType: string | undefined;
}

/** RFC 9110 §5.5, without the octets above ASCII: no line of ours may end early and begin another. */
const fieldValue = /^[\t\x20-\x7e]*$/;
const requestTarget = /^\/[\x21-\x7e]*$/;

/** @throws where a character would end a line, such as a line break that was read with a token */
export function fieldLines(fields: Readonly<Record<string, string>>): string {
  let lines = '';
  for (const [name, value] of Object.entries(fields)) {
    if (!fieldValue.test(value)) throw new Error(`the value of header ${name} has characters that none may have`);
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

export function requestText({ method, target, fields, body, contentType = 'application/json' }: RequestParts): string {
  if (!requestTarget.test(target))
    throw new Error(`the path ${JSON.stringify(target)} has characters that none may have`);
  const line = `${method} ${target} HTTP/1.1\r\n${fields}`;
  if (body === undefined) return `${line}\r\n`;
  return `${line}content-type: ${contentType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
