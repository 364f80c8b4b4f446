import type { ManagedProcess } from './managed-process.ts';

interface Asked {
  readonly id: number;
  readonly request: unknown;
}

interface Answered {
  readonly id: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** Asks a program over its channel, and gets an answer to each question; the program's half is `answerRequests`. */
export class Dialogue<Request, Answer> {
  readonly #process: ManagedProcess;
  /** BOUNDED by the questions under way: all are answered, or refused when the program ends. */
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>();
  #nextId = 1;

  constructor(process: ManagedProcess) {
    this.#process = process;
  }

  /** To be called after each start of the program. */
  listen(): void {
    this.#process.onMessage((message) => this.#receive(message as Answered));
    const forget = this.#process.onEnd(() => {
      forget();
      for (const { reject } of this.#waiting.values()) reject(new Error(`${this.#process.spec.name} ended`));
      this.#waiting.clear();
    });
  }

  ask(request: Request): Promise<Answer> {
    const id = this.#nextId++;
    const answer = Promise.withResolvers<Answer>();
    this.#waiting.set(id, answer);
    this.#process.send({ id, request } as never);
    return answer.promise;
  }

  #receive({ id, answer, error }: Answered): void {
    if (error === undefined) this.#waiting.get(id)?.resolve(answer as Answer);
    else this.#waiting.get(id)?.reject(new Error(`${this.#process.spec.name} says: ${error}`));
    this.#waiting.delete(id);
  }
}

/** In the program: what `answer` returns goes back to the one who asked. */
export function answerRequests<Request, Answer>(answer: (request: Request) => Answer | Promise<Answer>): void {
  process.on('message', ({ id, request }: Asked) => {
    const reply = (answered: Answered): unknown => process.send?.(answered);
    Promise.resolve()
      .then(() => answer(request as Request))
      .then(
        (result) => reply({ id, answer: result }),
        (error: unknown) => reply({ id, error: String(error) }),
      );
  });
}

/** CLOCK_MONOTONIC in ms: the same for all processes of the machine, whatever their namespace. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}
