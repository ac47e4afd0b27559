import type { ProgramError, SyntaxIssue } from "../sandbox.ts";
import type { Channel } from "./channel.ts";
import type { Clock } from "./clock.ts";
import type { GuestOutput } from "./output.ts";
import { stopped } from "./stopped.ts";
import type { GuestFile, RunRequest } from "./wire.ts";

/** An interpreter, as the host sees it through {@link serve}. */
export interface Engine {
  check(code: string): readonly SyntaxIssue[];
  run(request: RunRequest): Promise<Outcome>;
  /** What the globs match, as far as it fits. May run the program's code. */
  collect(globs: readonly string[]): {
    readonly artifacts: readonly GuestFile[];
    readonly truncated: boolean;
  };
}

export interface Outcome {
  readonly error?: ProgramError;
  /** The interpreter cannot go on. */
  readonly fatal?: boolean;
}

/** Does what the host asks for, one after the other, until the host is gone or the interpreter is. */
export async function serve(
  engine: Engine,
  { send, receive }: Channel,
  clock: Clock,
  output: GuestOutput,
): Promise<void> {
  send({ type: "ready" });
  for (let request = receive(); request !== undefined; request = receive()) {
    // The answer of a tool for which nobody waits any more.
    if (!("type" in request)) continue;
    if (request.type === "check") {
      send({ type: "checked", issues: engine.check(request.code) });
      continue;
    }
    output.begin(request.maxOutputBytes);
    clock.start(request.timeoutMs);
    const { error, fatal = false, artifacts, truncated } = await attempt(engine, request);
    clock.stop();
    const dropped = output.end();
    const ended = clock.reason === undefined ? error : stopped(clock.reason, request, error);
    send({
      type: "done",
      ...(ended !== undefined && { error: ended }),
      artifacts,
      truncated: truncated || dropped,
      fatal,
    });
    if (fatal) return;
  }
}

const nothing = { artifacts: [], truncated: false };

async function attempt(
  engine: Engine,
  request: RunRequest,
): Promise<Outcome & ReturnType<Engine["collect"]>> {
  try {
    const outcome = await engine.run(request);
    if (outcome.fatal || request.collect.length === 0) return { ...outcome, ...nothing };
    return { ...outcome, ...engine.collect(request.collect) };
  } catch (thrown) {
    return { error: crashed(thrown), fatal: true, ...nothing };
  }
}

export function crashed(thrown: unknown): ProgramError {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { kind: "crashed", message: `The interpreter ended: ${message.slice(0, 2_000)}` };
}
