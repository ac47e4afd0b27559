import type { NewEvent } from "./events.ts";
import {
  agent,
  answered,
  args,
  asked,
  cancelled,
  clientCalled,
  completed,
  delta,
  done,
  failed,
  forResult,
  guarded,
  hosted,
  inAgent,
  made,
  open,
  received,
  resumed,
  reverted,
  run,
  running,
  second,
  sleeping,
  stopped,
  switched,
  text,
  textDone,
  waiting,
  within,
} from "./test-events.ts";
import { started, step, stepDone } from "./test-log.ts";

/** Logs that come close to a rule, and keep it. */
export const kept: readonly (readonly [what: string, events: readonly NewEvent[]])[] = [
  ["a conversation", [...open, text, delta("x"), textDone, stepDone(1), completed]],
  ["a part that comes without deltas", [...open, text, textDone, stepDone(1)]],
  ["a call that could not be read", [...open, failed, stepDone(1), step(2)]],
  ["an idempotent call that runs again", [...running, resumed(1), run(2), done]],
  ["a call that fails where it was interrupted", [...running, resumed(1), failed]],
  ["a client that answers while the run waits", [...sleeping, done, resumed(1, "input"), step(2)]],
  [
    "steering and rejections while the run waits",
    [
      ...sleeping,
      received("u2"),
      { type: "command.rejected", command: "x", kind: "cancel", reason: "y" },
    ],
  ],
  [
    "a cancel and its closers while the run waits",
    [...sleeping, { type: "cancel.requested" }, failed, cancelled],
  ],
  [
    "waiting for a person and a viewer",
    [
      ...open,
      clientCalled,
      second,
      stepDone(1),
      { ...asked, call: "d", expiresAt: 9 } as NewEvent,
      waiting({ type: "approval", id: "a", call: "d", expiresAt: 9 }, forResult),
    ],
  ],
  [
    "waiting while a sub-agent does",
    [
      ...inAgent,
      within("c", step(2, "m2")),
      within("c", { ...clientCalled, call: "d" } as NewEvent),
      within("c", stepDone(2)),
      waiting({ type: "result", call: "d" }),
    ],
  ],
  ["a person who says yes", [...made, asked, answered(true), run(), done, step(2)]],
  [
    "a viewer that waits for a person",
    [...open, guarded, stepDone(1), asked, answered(true), waiting(forResult), done],
  ],
  ["a person who says no", [...made, asked, answered(false), step(2)]],
  ["a step that goes on in its message", [...open, stepDone(1), step(2)]],
  [
    "a provider that answers in a later step",
    [...open, hosted, stepDone(1), step(2), done, stepDone(2), completed],
  ],
  [
    "a revert, and another attempt",
    [...open, text, delta("x"), reverted(1), step(2), stepDone(2), completed],
  ],
  [
    "closers of a step whose process is gone",
    [...open, text, args, resumed(1), textDone, failed, stopped, cancelled],
  ],
  [
    "a hand-off, and the other agent's step",
    [...made, switched, { ...step(2, "m2"), agent: "other" } as NewEvent],
  ],
  [
    "what was under way when the cancel came",
    [...open, text, { type: "cancel.requested" }, delta("x"), textDone, stepDone(1), cancelled],
  ],
  [
    "a sub-agent inside a sub-agent",
    [
      ...inAgent,
      within("c", step(2, "m2")),
      within("c", second),
      within("c", stepDone(2)),
      agent("d", "s2"),
      within("d", step(3, "m3")),
      within("d", stepDone(3)),
      within("c", { ...done, call: "d" } as NewEvent),
      done,
      completed,
    ],
  ],
  [
    "an event that is as large as may be",
    [started, { type: "data.emitted", name: "d", data: "x".repeat(262_000) }],
  ],
  ["ids that are as long as may be", [...open, { type: "opaque.added", id: "é".repeat(128) }]],
  ["types of a later version", [started, { type: "mood.changed", scope: "x" } as never, completed]],
];
