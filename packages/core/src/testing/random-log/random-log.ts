import { closing } from "../../protocol/closing.ts";
import type { RunEvent, Wait } from "../../protocol/events.ts";
import { foldAll } from "../../protocol/fold.ts";
import type { RunState } from "../../protocol/state.ts";
import { agentTask } from "./agent-task.ts";
import { randomJson, randomText } from "./random.ts";
import { World } from "./world.ts";

export interface RandomLogOptions {
  /** Mix in events of types that this version does not know. Default false. */
  readonly unknown?: boolean;
}

/** Longer runs are cancelled here: each log is finite, whatever its seed. */
const maxEvents = 2_000;

/**
 * A whole log that keeps every order rule, the same for the same seed: parallel tools, approvals, client tools, provider
 * calls, sub-agents two deep, hand-offs, retries, processes that die, steering, waiting, all kinds of ends, ids and texts
 * that careless code trips over. Over a few hundred seeds every event type occurs. Only the tool `read` runs twice.
 *
 * For property tests of whatever reads or writes logs: dialects, stores, user interfaces.
 */
export function randomLog(seed: number, options: RandomLogOptions = {}): readonly RunEvent[] {
  const world = new World(seed);
  const { random } = world;
  const text = randomText(random);
  world.emit({
    type: "run.started",
    protocol: 1,
    run: world.run,
    thread: "thr_1",
    agent: "main",
    messages: [{ id: `${world.run}.0`, role: "user", parts: [{ type: "text", text }] }],
    ...(random.oneIn(3) && { previous: "run_0", metadata: { title: text } }),
    state: { n: randomJson(random) },
  });
  world.spawn(agentTask({ world, scope: undefined, agent: "main", depth: 0 }));
  const early = random.oneIn(3) ? 5 + random.int(100) : maxEvents;
  while (world.tasks.length > 0 && world.events.length < early) {
    if (!turn(world)) break;
    if (random.oneIn(10)) noise(world, options);
  }
  if (world.tasks.length === 0) complete(world);
  else if (random.oneIn(2)) fail(world);
  else cancel(world);
  return world.events;
}

/** Whoever can go on does, or else the run waits. False: nobody answers, and somebody else must end it. */
function turn(world: World): boolean {
  const { random } = world;
  const ready = world.tasks.filter(({ until }) => until === undefined || until());
  const chosen = ready[random.int(ready.length)];
  if (chosen === undefined) {
    return sleep(world);
  }
  const { done, value } = chosen.task.next();
  if (done) world.tasks.splice(world.tasks.indexOf(chosen), 1);
  else chosen.until = value;
  if (world.questions.size > 0 && random.oneIn(8)) answer(world);
  if (random.oneIn(60)) {
    resume(world, random.pick(["recovery", "steal", "handover"]));
  }
  return true;
}

function sleep(world: World): boolean {
  const { random } = world;
  const waits: readonly Wait[] = [...world.questions.values()].map(({ wait }) => wait);
  if (waits.length === 0) throw new Error("A random run is stuck: everything waits, for nothing.");
  world.emit({ type: "run.waiting", for: waits });
  if (random.oneIn(4)) steer(world);
  if (random.oneIn(4)) reject(world);
  if (random.oneIn(12)) return false;
  answer(world);
  resume(world, random.pick(["input", "timer"]));
  return true;
}

function answer(world: World): void {
  const [first] = world.questions;
  if (first === undefined) return;
  const [call, question] = first;
  world.questions.delete(call);
  question.answer();
}

function resume(world: World, cause: "input" | "timer" | "recovery" | "handover" | "steal"): void {
  world.process++;
  world.epoch += 1 + world.random.int(1_000);
  world.emit({ type: "run.resumed", epoch: world.epoch, cause });
}

/** What may happen at any time. */
function noise(world: World, { unknown }: RandomLogOptions): void {
  const { random } = world;
  switch (random.int(unknown ? 5 : 4)) {
    case 0:
      steer(world);
      break;
    case 1:
      reject(world);
      break;
    case 2:
      world.emit({ type: "warning.raised", code: "truncated", message: randomText(random) });
      break;
    case 3:
      world.emit({ type: "data.emitted", name: "tick", data: randomJson(random), id: "clock" });
      break;
    default:
      // What a later version writes: its shape is nobody's business.
      world.emit({ type: "mood.changed", mood: randomJson(random) } as never);
  }
}

function steer(world: World): void {
  const text = randomText(world.random);
  world.emit({
    type: "message.received",
    message: {
      id: world.messageId(),
      role: "user",
      parts: [{ type: "text", text }],
      at: world.now,
    },
    by: "ada",
    command: "cmd3",
  });
}

function reject(world: World): void {
  world.emit({ type: "command.rejected", command: "cmd4", kind: "result", reason: "Too late." });
}

function complete(world: World): void {
  const { random, usage } = world;
  const output = random.oneIn(3) ? { output: randomJson(random) } : {};
  world.emit({ type: "run.completed", finishReason: "stop", usage, ...output });
}

function fail(world: World): void {
  const error = { code: "limit", message: "50 steps are made.", limit: "steps" } as const;
  for (const event of closing(stateOf(world), { type: "failed", error })) world.emit(event);
  world.emit({ type: "run.failed", error, usage: world.usage });
}

function cancel(world: World): void {
  world.emit({ type: "cancel.requested", by: "ada", reason: "enough", command: "cmd5" });
  if (world.random.oneIn(3)) resume(world, "recovery");
  for (const event of closing(stateOf(world), { type: "cancelled" })) world.emit(event);
  world.emit({ type: "run.cancelled", usage: world.usage, by: "ada", reason: "enough" });
}

function stateOf(world: World): RunState {
  const state = foldAll(world.events);
  if (state === undefined) throw new Error("A log begins with run.started.");
  return state;
}
