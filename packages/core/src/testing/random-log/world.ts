import type { NewEvent, RunEvent, Wait } from "../../protocol/events.ts";
import { addUsage, noUsage, type Usage } from "../../protocol/usage.ts";
import { createRandom, type Random } from "./random.ts";

/**
 * Something that goes on in a run, written as a generator: it yields where others may come in between, with a condition
 * when it cannot go on before that holds.
 */
export type Task = Generator<(() => boolean) | undefined, void>;

/** What a person or a viewer owes the run, and how they answer. */
export interface Question {
  readonly wait: Wait;
  answer(): void;
}

/** The log so far and all that goes on in it. */
export class World {
  readonly run: string;
  readonly random: Random;
  readonly events: RunEvent[] = [];
  readonly tasks: { readonly task: Task; until: (() => boolean) | undefined }[] = [];
  readonly questions = new Map<string, Question>();
  /** Grows with each process that takes the run up: what ran before is gone. */
  process = 0;
  epoch = 0;
  step = 0;
  usage: Usage = noUsage;
  #at = 1_763_700_000_000;
  readonly #odd = ["12", "ключ/~ \"'", "constructor", "__proto__"];

  constructor(seed: number) {
    this.random = createRandom(seed);
    this.run = `run_${seed}`;
  }

  emit(event: NewEvent): void {
    this.#at += this.random.int(50);
    const { type, scope, ...fields } = event;
    this.events.push({
      seq: this.events.length + 1,
      type,
      ...(scope !== undefined && { scope }),
      ...(!type.endsWith(".delta") && { at: this.#at }),
      ...fields,
    } as RunEvent);
    if (event.type === "step.completed" || event.type === "step.reverted") {
      this.usage = addUsage(this.usage, event.usage);
    }
  }

  /** An id for what the next event introduces; now and then one that JavaScript itself gives a meaning to. */
  id(kind: "p" | "c" | "a"): string {
    const odd = this.random.oneIn(25) ? this.#odd.pop() : undefined;
    return odd ?? `${kind}${this.events.length + 1}`;
  }

  messageId(): string {
    return `${this.run}.${this.events.length + 1}`;
  }

  get now(): number {
    return this.#at;
  }

  spawn(task: Task): void {
    this.tasks.push({ task, until: undefined });
  }

  someUsage(): Usage {
    const inputTokens = this.random.int(1_000);
    const usage = { inputTokens, outputTokens: this.random.int(100) };
    return this.random.oneIn(3) ? { ...usage, cachedInputTokens: inputTokens, cost: 0.25 } : usage;
  }
}
