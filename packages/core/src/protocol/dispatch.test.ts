import { describe, expect, test, vi } from "vitest";
import { type Callbacks, dispatch } from "./dispatch.ts";
import type { EventOf, RunEvent } from "./events.ts";
import type { SnapshotFrame } from "./state.ts";

const run = { id: "run_1" };
const called = (name: string): EventOf<"tool.called"> => ({
  seq: 4,
  type: "tool.called",
  at: 0,
  call: "c4",
  name,
  input: {},
});
const delta: EventOf<"text.delta"> = { seq: 5, type: "text.delta", id: "p3", delta: "x" };

describe("dispatch", () => {
  test("tells an event to the callback of its type, then to `event`", () => {
    const told: string[] = [];
    const on: Callbacks = {
      "text.delta": (event: typeof delta, of: typeof run) => told.push(`${event.delta} ${of.id}`),
      "tool.called": () => told.push("wrong"),
      event: (event: RunEvent, of: typeof run) => told.push(`${event.type} ${of.id}`),
    };
    dispatch(on, delta, run);
    expect(told).toEqual(["x run_1", "text.delta run_1"]);
  });

  test("tells an event with a name to the callback of that name", () => {
    const search = vi.fn();
    const write = vi.fn();
    dispatch({ "tool.called": { search, write } }, called("search"), run);
    expect(search).toHaveBeenCalledExactlyOnceWith(called("search"), run);
    expect(write).not.toHaveBeenCalled();
  });

  test("takes one function for all names", () => {
    const all = vi.fn();
    dispatch({ "tool.called": all }, called("search"), run);
    expect(all).toHaveBeenCalledExactlyOnceWith(called("search"), run);
  });

  test("passes over events that nobody asked for", () => {
    const search = vi.fn();
    dispatch({}, delta, run);
    dispatch({ "tool.called": { search } }, called("write"), run);
    expect(search).not.toHaveBeenCalled();
  });

  test("tells a snapshot to `reset` alone", () => {
    const reset = vi.fn();
    const event = vi.fn();
    const frame = { type: "snapshot", seq: 9, protocol: 1, state: { seq: 9 } } as SnapshotFrame;
    dispatch({ reset, event }, frame, run);
    expect(reset).toHaveBeenCalledExactlyOnceWith(frame.state, run);
    expect(event).not.toHaveBeenCalled();
  });

  test("takes no name or type of the wire for what every object has", () => {
    const event = vi.fn();
    for (const name of ["constructor", "toString", "__proto__", "hasOwnProperty"]) {
      dispatch({ "tool.called": {} }, called(name), run);
      dispatch({ event }, { ...delta, type: name } as unknown as RunEvent, run);
    }
    expect(event).toHaveBeenCalledTimes(4);
  });

  test("tells an unknown event of a reserved type to `event` once and to `reset` never", () => {
    const reset = vi.fn();
    const event = vi.fn();
    for (const type of ["event", "reset"]) {
      dispatch({ reset, event }, { ...delta, type } as unknown as RunEvent, run);
    }
    expect(reset).not.toHaveBeenCalled();
    expect(event).toHaveBeenCalledTimes(2);
  });

  test("reports what a callback throws as uncaught, and goes on", () => {
    const reports: (() => void)[] = [];
    vi.stubGlobal("queueMicrotask", (report: () => void) => reports.push(report));
    try {
      const event = vi.fn();
      const broken = new Error("callback broke");
      dispatch(
        {
          "text.delta": () => {
            throw broken;
          },
          event,
        },
        delta,
        run,
      );
      expect(event).toHaveBeenCalledOnce();
      expect(reports).toHaveLength(1);
      expect(reports[0]).toThrow(broken);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
