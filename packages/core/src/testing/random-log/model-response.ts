import type { NewEvent } from "../../protocol/events.ts";
import { randomJson, randomText } from "./random.ts";
import type { World } from "./world.ts";

/** A call, as every event of it names it. */
export interface MadeCall {
  readonly call: string;
  readonly name: string;
}

/** A complete call that the runtime, a client, a sub-agent or a hand-off settles. */
export interface OpenCall {
  readonly made: MadeCall;
  /** A person decides first. */
  readonly needsApproval: boolean;
}

/** Only `read` is idempotent, a client runs `pick`, `ask` needs an approval, `coder` is a sub-agent (and twice as likely). */
const tools = [
  "search",
  "read",
  "print",
  "ask",
  "pick",
  "coder",
  "coder",
  "transfer_to_helper",
] as const;

/** One response being written: any of its parts may grow at any moment. */
export class ModelResponse {
  readonly calls: OpenCall[] = [];
  readonly #world: World;
  readonly #scope: string | undefined;
  readonly #callsTools: boolean;
  readonly #parts: { readonly id: string; readonly type: "text" | "reasoning" }[] = [];
  readonly #args: MadeCall[] = [];
  /** Calls of the provider's own tools that it has not answered: of earlier responses, and of this one. */
  readonly #carried: MadeCall[];
  readonly #hosted: MadeCall[] = [];

  constructor(
    world: World,
    scope: string | undefined,
    options: { readonly hosted: MadeCall[]; readonly callsTools: boolean },
  ) {
    this.#world = world;
    this.#scope = scope;
    this.#carried = options.hosted;
    this.#callsTools = options.callsTools;
  }

  /** The next thing the model does. */
  act(): void {
    const { random } = this.#world;
    switch (random.int(12)) {
      case 0:
        this.#startPart();
        break;
      case 1:
      case 2:
      case 3:
        this.#delta();
        break;
      case 4:
        this.#completePart();
        break;
      case 5:
        this.#add();
        break;
      case 6:
        this.#callHosted();
        break;
      case 7:
        this.#settleHosted();
        break;
      default:
        if (this.#callsTools) this.#call();
        else this.#startPart();
    }
  }

  /** Ends everything; a paused response may leave the provider's own calls to the next one, and returns them. */
  end(paused: boolean): MadeCall[] {
    while (this.#parts.length > 0) this.#completePart();
    while (this.#args.length > 0) this.#finishArgs();
    while (!paused && this.#carried.length + this.#hosted.length > 0) this.#settleHosted();
    return [...this.#carried, ...this.#hosted];
  }

  #emit(event: NewEvent): void {
    this.#world.emit(this.#scope === undefined ? event : { ...event, scope: this.#scope });
  }

  #provider(): { readonly provider?: { readonly scripted: ReturnType<typeof randomJson> } } {
    const { random } = this.#world;
    return random.oneIn(3) ? { provider: { scripted: randomJson(random) } } : {};
  }

  #startPart(): void {
    const { random } = this.#world;
    const id = this.#world.id("p");
    if (random.oneIn(3)) {
      this.#emit({ type: "reasoning.started", id, ...this.#provider() });
      this.#parts.push({ id, type: "reasoning" });
      return;
    }
    const kind = random.pick([{}, {}, { refusal: true }, { format: "json" }] as const);
    this.#emit({ type: "text.started", id, ...kind, ...this.#provider() });
    this.#parts.push({ id, type: "text" });
  }

  #delta(): void {
    const { random } = this.#world;
    const delta = randomText(random);
    const call = this.#args[random.int(this.#args.length)];
    if (call !== undefined && random.oneIn(2)) {
      this.#emit({ type: "tool.args.delta", call: call.call, delta });
      return;
    }
    const part = this.#parts[random.int(this.#parts.length)];
    if (part === undefined) this.#startPart();
    else this.#emit({ type: `${part.type}.delta`, id: part.id, delta });
  }

  #completePart(): void {
    const [part] = this.#parts.splice(this.#world.random.int(this.#parts.length), 1);
    if (part === undefined) return;
    this.#emit({ type: `${part.type}.completed`, id: part.id, ...this.#provider() });
  }

  #add(): void {
    const { random } = this.#world;
    const id = this.#world.id("p");
    const url = "https://example.com/a?b=c";
    switch (random.int(3)) {
      case 0:
        this.#emit({ type: "file.added", id, mediaType: "image/png", url, filename: "a.png" });
        break;
      case 1:
        this.#emit({
          type: "source.added",
          id,
          url,
          title: randomText(random),
          ...this.#provider(),
        });
        break;
      default:
        this.#emit({ type: "opaque.added", id, ...this.#provider() });
    }
  }

  #call(): void {
    const { random } = this.#world;
    if (this.#args.length > 0 && random.oneIn(2)) {
      this.#finishArgs();
      return;
    }
    const made = { call: this.#world.id("c"), name: random.pick(tools) };
    if (random.oneIn(2)) {
      this.#emit({ type: "tool.args.started", ...made });
      this.#args.push(made);
    } else {
      this.#complete(made);
    }
  }

  #finishArgs(): void {
    const made = this.#args.shift();
    if (made !== undefined) this.#complete(made);
  }

  #complete(made: MadeCall): void {
    const { random } = this.#world;
    if (random.oneIn(8)) {
      const error = {
        code: "invalid-input",
        message: "No such field.",
        details: randomJson(random),
      };
      this.#emit({ type: "tool.failed", ...made, error });
      return;
    }
    const input = randomJson(random);
    const client = made.name === "pick";
    const guarded = client && random.oneIn(3);
    const executor = client ? ({ executor: "client" } as const) : {};
    const needsApproval = guarded ? ({ needsApproval: true } as const) : {};
    this.#emit({
      type: "tool.called",
      ...made,
      input,
      ...executor,
      ...needsApproval,
      ...this.#provider(),
    });
    this.calls.push({ made, needsApproval: guarded || made.name === "ask" || random.oneIn(10) });
  }

  #callHosted(): void {
    const made = { call: this.#world.id("c"), name: "web" };
    const input = randomJson(this.#world.random);
    this.#emit({ type: "tool.called", ...made, input, executor: "provider", ...this.#provider() });
    this.#hosted.push(made);
  }

  #settleHosted(): void {
    const { random } = this.#world;
    // An answer to an earlier response stands also if this one is reverted.
    const made = this.#carried.shift() ?? this.#hosted.shift();
    if (made === undefined) return;
    if (random.oneIn(4)) {
      this.#emit({ type: "tool.failed", ...made, error: { code: "tool-error", message: "No." } });
    } else {
      this.#emit({
        type: "tool.completed",
        ...made,
        output: randomJson(random),
        ...this.#provider(),
      });
    }
  }
}
