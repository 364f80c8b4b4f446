import { errorText } from '../../shared/runtime/error-text.ts';
import type { Cluster } from '../cluster.ts';
import type { Outcome, Session } from '../command.ts';
import type { FollowedCluster } from '../kube/followed-cluster-task.ts';
import { documentOf } from '../output/document.ts';

/** Ages and expired Leases are told by the clock alone. */
const redrawMs = 2_000;

/** ECMA-48 §8.3.57 (CUP), §8.3.39 (ED), §8.3.41 (EL); and DEC's private mode of wrapping lines. */
const home = '\u001b[H';
const clearScreen = '\u001b[2J';
const clearBelow = '\u001b[J';
const clearRight = '\u001b[K';
const wrapOff = '\u001b[?7l';
const wrapOn = '\u001b[?7h';

/**
 * Writes the status whenever the cluster changes, until the signal aborts. A terminal is drawn anew each time, and every
 * two seconds; elsewhere what has changed is written. An API server that is away is waited for.
 * @throws whatever `look` does
 */
export async function watchStatus(
  session: Session,
  cluster: Cluster,
  look: (cluster: Cluster) => Outcome,
): Promise<Outcome> {
  const first = look(cluster);
  const view = session.options.output === 'text' && session.terminal.size ? screen(session) : journal(session);
  const followed = session.follow(cluster);
  const over = new AbortController();
  const following = followed.run(AbortSignal.any([session.signal, over.signal]));
  try {
    view.show(first);
    return { ...(await keepLooking(followed, look, { session, view })), exitCode: 0, written: true };
  } finally {
    view.end();
    over.abort();
    await following;
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
async function keepLooking(
  followed: FollowedCluster,
  look: (cluster: Cluster) => Outcome,
  { session, view }: Watch,
): Promise<Outcome> {
  let outcome = look(followed.cluster());
  while (await followed.changed(redrawMs, session.signal)) {
    outcome = look(followed.cluster());
    const error = followed.lost();
    view.show(error === undefined ? outcome : notUpToDate(outcome, error, session));
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

function notUpToDate(outcome: Outcome, error: unknown, { style }: Session): Outcome {
  const why = errorText(error);
  const report = { ...outcome.report, notUpToDate: why };
  return { ...outcome, report, lines: [`${style.bad('Not up to date:')} ${why}; trying again`, ...outcome.lines] };
}
