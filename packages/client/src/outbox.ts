import type { Message } from "@runwire/core/protocol";

/** A start that the server has not told of yet. */
export interface Starting {
  readonly run: string;
  readonly message: Message;
  /** The run it goes on from, `null` for none; `undefined`: whatever is the newest. */
  readonly previous: string | null | undefined;
  /** The run that took the message: this one or, when another viewer was quicker, that viewer's. None: it was refused. */
  readonly accepted: Promise<string | undefined>;
}

/** What was said and is not in any log yet, as far as this viewer knows. */
export class Outbox {
  starting: Starting | undefined;
  /** Messages to open runs, by command id. */
  readonly #steering = new Map<string, Message>();
  /** In the order they were said. Replaced, never changed. */
  messages: readonly Message[] = [];

  begin(starting: Starting): void {
    this.starting = starting;
    this.#list();
  }

  /** The start came to something, or to nothing. */
  end(run: string): void {
    if (this.starting?.run !== run) return;
    this.starting = undefined;
    this.#list();
  }

  steer(command: string, message: Message): void {
    this.#steering.set(command, message);
    this.#list();
  }

  /** The command was answered. Returns its message, if it was ours. */
  settle(command: string | undefined): Message | undefined {
    const message = command === undefined ? undefined : this.#steering.get(command);
    if (command !== undefined && this.#steering.delete(command)) this.#list();
    return message;
  }

  /** These messages are in a log. */
  drop(messages: readonly Message[]): void {
    if (this.#steering.size === 0) return;
    const logged = new Set(messages.map(({ id }) => id));
    for (const [command, { id }] of this.#steering) if (logged.has(id)) this.settle(command);
  }

  #list(): void {
    const { starting } = this;
    this.messages = [...(starting ? [starting.message] : []), ...this.#steering.values()];
  }
}
