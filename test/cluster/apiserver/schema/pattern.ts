/**
 * A schema's pattern as a regular expression; undefined where it is none. The API server reads patterns as RE2
 * (https://github.com/google/re2/wiki/Syntax), which lets any punctuation be escaped and takes flags at the beginning,
 * also behind a `^`.
 */
export function compilePattern(pattern: string): RegExp | undefined {
  const [, start = '', flags = '', rest = pattern] = /^(\^?)\(\?([ims]+)\)(.*)$/s.exec(pattern) ?? [];
  const body = start + rest;
  return tryCompile(body, `${flags}u`) ?? tryCompile(body, flags);
}

function tryCompile(body: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(body, flags);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
