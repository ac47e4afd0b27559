import type { Command, InboxEntry } from "../protocol/command.ts";

/** A run's commands, numbered from 1 as they came. Consumed ones stay: their ids answer repeats. */
export interface MemoryInbox {
  /** The newest command's `n`. */
  readonly tail: number;
  /** The newest consumed command's `n`. */
  readonly done: number;
  /** The `n` under which a command is known. */
  numberOf(id: string): number | undefined;
  add(command: Command, at: number): number;
  /** Forward only, and never past the newest command. */
  consume(n: number): void;
  read(after: number, limit: number): readonly InboxEntry[];
}

export function memoryInbox(): MemoryInbox {
  const entries: InboxEntry[] = [];
  const numbers = new Map<string, number>();
  let done = 0;
  return {
    get tail() {
      return entries.length;
    },
    get done() {
      return done;
    },
    numberOf: (id) => numbers.get(id),
    add(command, at) {
      const n = entries.length + 1;
      entries.push({ n, at, command });
      numbers.set(command.id, n);
      return n;
    },
    consume(n) {
      done = Math.max(done, Math.min(n, entries.length));
    },
    read: (after, limit) => entries.slice(after, after + limit),
  };
}
