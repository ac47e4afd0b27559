import type { NewEvent } from "../../protocol/events.ts";
import type { MadeCall } from "./model-response.ts";
import { randomJson, randomText } from "./random.ts";
import type { Task, World } from "./world.ts";

export interface ToolTaskOptions {
  readonly world: World;
  readonly scope: string | undefined;
  readonly made: MadeCall;
  readonly needsApproval: boolean;
  /** What the sub-agent does that answers the call, once it is there. */
  readonly work: () => Task;
  readonly settled: () => void;
}

/** One call of a committed step, from the approval to the result. */
export function* toolTask(options: ToolTaskOptions): Task {
  const { made, needsApproval, settled } = options;
  if (needsApproval) {
    const approved = yield* approval(options);
    if (!approved) {
      settled();
      return;
    }
  }
  switch (made.name) {
    case "pick":
      yield* clientCall(options);
      break;
    case "coder":
      yield* subAgent(options);
      break;
    default:
      yield* execution(options);
  }
  settled();
}

function* approval(options: ToolTaskOptions): Generator<(() => boolean) | undefined, boolean> {
  const { world, made } = options;
  const { random } = world;
  const id = world.id("a");
  const expires = random.oneIn(3) ? { expiresAt: world.now + 60_000 } : {};
  const input = randomJson(random);
  emit(options, { type: "approval.requested", id, ...made, input, ...expires });
  let approved: boolean | undefined;
  world.questions.set(made.call, {
    wait: { type: "approval", id, call: made.call, ...expires },
    answer() {
      approved = !random.oneIn(3);
      const edited = approved && random.oneIn(3) ? { input: randomJson(random) } : {};
      const how = approved
        ? { by: "ada", reason: "fine", command: "cmd1" }
        : { expired: true as const };
      emit(options, { type: "approval.resolved", id, approved, ...edited, ...how });
    },
  });
  yield () => approved !== undefined;
  return approved === true;
}

function* clientCall(options: ToolTaskOptions): Task {
  const { world, made } = options;
  let answered = false;
  world.questions.set(made.call, {
    wait: { type: "result", call: made.call },
    answer() {
      answered = true;
      complete(options, { by: "ada", command: "cmd2" });
    },
  });
  yield () => answered;
}

function* execution(options: ToolTaskOptions): Task {
  const { world, made } = options;
  const { random } = world;
  const { call, name } = made;
  for (let attempt = 1; ; attempt++) {
    const { process } = world;
    emit(options, { type: "tool.started", ...made, attempt });
    let lost = false;
    for (let left = random.int(8); left > 0 && !lost; left--) {
      yield;
      lost = world.process !== process;
      if (!lost) act(options);
    }
    yield;
    if (world.process === process) {
      complete(options, {});
      return;
    }
    if (name !== "read") {
      const error = { code: "interrupted", message: "The process stopped." };
      emit(options, { type: "tool.failed", call, name, error });
      return;
    }
  }
}

/** What a running tool can be seen doing. */
function act(options: ToolTaskOptions): void {
  const { random } = options.world;
  const { made } = options;
  switch (random.int(4)) {
    case 0:
      emit(options, { type: "tool.progressed", ...made, data: randomJson(random) });
      break;
    case 1:
      emit(options, { type: "tool.output.delta", call: made.call, delta: randomText(random) });
      break;
    case 2: {
      const id = random.oneIn(2) ? { id: random.pick(["one", "two", "__proto__"]) } : {};
      const transient = random.oneIn(4) ? ({ transient: true } as const) : {};
      const data = randomJson(random);
      emit(options, { type: "data.emitted", name: "diff.ready", data, ...id, ...transient });
      break;
    }
    default: {
      const value = randomJson(random);
      emit(options, { type: "state.changed", patch: [{ op: "add", path: "/a~1b", value }] });
    }
  }
}

function* subAgent(options: ToolTaskOptions): Task {
  const { world, made, work } = options;
  const id = world.messageId();
  world.emit({
    type: "agent.started",
    scope: made.call,
    agent: "coder",
    messages: [{ id, role: "user", parts: [{ type: "text", text: randomText(world.random) }] }],
  });
  yield* work();
  complete(options, {});
}

function complete(
  options: ToolTaskOptions,
  by: { readonly by?: string; readonly command?: string },
): void {
  const { random } = options.world;
  const { made } = options;
  if (random.oneIn(5)) {
    emit(options, {
      type: "tool.failed",
      ...made,
      error: { code: "tool-error", message: "No." },
      ...by,
    });
    return;
  }
  const content = random.oneIn(4)
    ? { content: [{ type: "text", text: randomText(random) }] as const }
    : {};
  emit(options, { type: "tool.completed", ...made, output: randomJson(random), ...content, ...by });
}

function emit({ world, scope }: ToolTaskOptions, event: NewEvent): void {
  world.emit(scope === undefined ? event : { ...event, scope });
}
