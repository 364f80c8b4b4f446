/** What the outside tells the sandbox's first process, once, with the relay's listening socket beside it. */
export interface InitMessage {
  readonly removeAtEnd: readonly string[];
  readonly relayTo: { readonly host: string; readonly port: number } | undefined;
}
