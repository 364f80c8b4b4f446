import { ApiError } from '../../shared/kube/api-error.ts';
import { delay } from '../../shared/runtime/delay.ts';
import { errorText } from '../../shared/runtime/error-text.ts';
import type { Outcome, Session } from '../command.ts';
import { documentOf } from '../output/document.ts';

const pollMs = 2_000;

/** ECMA-48 §8.3.57 (CUP), §8.3.39 (ED), §8.3.41 (EL); and DEC's private mode of wrapping lines. */
const home = '\u001b[H';
const clearScreen = '\u001b[2J';
const clearBelow = '\u001b[J';
const clearRight = '\u001b[K';
const wrapOff = '\u001b[?7l';
const wrapOn = '\u001b[?7h';

/**
 * Reads and writes the status again and again until the signal aborts. A terminal is drawn anew each time; elsewhere it is
 * written whenever it has changed. An API server that is away is waited for, once it has answered.
 * @throws whatever the first look does
 */
export async function watchStatus(session: Session, look: () => Promise<Outcome>): Promise<Outcome> {
  const first = await look();
  const view = session.options.output === 'text' && session.terminal.size ? screen(session) : journal(session);
  try {
    view.show(first);
    return { ...(await keepLooking(first, look, { session, view })), exitCode: 0, written: true };
  } finally {
    view.end();
  }
}

interface View {
  show(outcome: Outcome): void;
  end(): void;
}

interface Watch {
  readonly session: Session;
  readonly view: View;
}

/** Until the signal aborts; what was seen last. */
async function keepLooking(first: Outcome, look: () => Promise<Outcome>, { session, view }: Watch): Promise<Outcome> {
  const { clock, signal } = session;
  let outcome = first;
  while (await delay(clock, pollMs, signal)) {
    try {
      outcome = await look();
      if (!signal.aborted) view.show(outcome);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (!signal.aborted) view.show(notUpToDate(outcome, error, session));
    }
  }
  return outcome;
}

/** Draws over what stands there, which flickers less than to clear it first. */
function screen({ terminal }: Session): View {
  terminal.write(wrapOff + clearScreen);
  return {
    show: ({ lines }) => {
      const drawn = fitting(lines, terminal.size?.rows ?? lines.length + 1);
      terminal.write(home + drawn.map((line) => `${line}${clearRight}\n`).join('') + clearBelow);
    },
    end: () => terminal.write(wrapOn),
  };
}

/** The cursor's line is the last one. */
function fitting(lines: readonly string[], rows: number): readonly string[] {
  if (lines.length < rows) return lines;
  const shown = Math.max(rows - 2, 0);
  return [...lines.slice(0, shown), `… ${lines.length - shown} lines more`];
}

function journal({ terminal, options }: Session): View {
  let before: string | undefined;
  return {
    show: (outcome) => {
      // Text tells ages, which change all the time.
      const said = JSON.stringify(outcome.report);
      if (said === before) return;
      const parted = before !== undefined && options.output === 'yaml';
      terminal.write((parted ? '---\n' : '') + documentOf(outcome, options.output));
      before = said;
    },
    end: () => undefined,
  };
}

function notUpToDate(outcome: Outcome, error: ApiError, { style }: Session): Outcome {
  const why = errorText(error);
  const report = { ...outcome.report, notUpToDate: why };
  return { ...outcome, report, lines: [`${style.bad('Not up to date:')} ${why}; trying again`, ...outcome.lines] };
}
