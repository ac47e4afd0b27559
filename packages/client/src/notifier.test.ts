import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createNotifier } from "./notifier.ts";

const page = { visibilityState: "visible" };
let frames: (() => void)[];
beforeEach(() => {
  frames = [];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function inPage(visibilityState: string) {
  page.visibilityState = visibilityState;
  vi.stubGlobal("document", page);
  vi.stubGlobal("requestAnimationFrame", (frame: () => void) => frames.push(frame) - 1);
  vi.stubGlobal("cancelAnimationFrame", (index: number) => {
    frames[index] = () => {};
  });
}

test("a page that is seen is told with its next frame, once", () => {
  inPage("visible");
  const publish = vi.fn();
  const notifier = createNotifier(publish);
  for (let event = 0; event < 100; event++) notifier.soon();
  vi.runAllTimers();
  expect(publish).not.toHaveBeenCalled();
  expect(frames).toHaveLength(1);
  frames[0]?.();
  expect(publish).toHaveBeenCalledTimes(1);
  notifier.soon();
  expect(frames).toHaveLength(2);
});

test.each(["a hidden page", "a script"])("%s is told by a timer", (where) => {
  if (where === "a hidden page") inPage("hidden");
  const publish = vi.fn();
  const notifier = createNotifier(publish);
  notifier.soon();
  notifier.soon();
  vi.advanceTimersByTime(16);
  expect(publish).toHaveBeenCalledTimes(1);
  expect(frames).toEqual([]);
});

test("what is told at once is not told again", () => {
  inPage("visible");
  const publish = vi.fn();
  const notifier = createNotifier(publish);
  notifier.soon();
  notifier.now();
  frames[0]?.();
  expect(publish).toHaveBeenCalledTimes(1);
  page.visibilityState = "hidden";
  notifier.soon();
  notifier.now();
  vi.runAllTimers();
  expect(publish).toHaveBeenCalledTimes(2);
});

test("a page that is hidden before its next frame is told by a timer", () => {
  inPage("visible");
  const publish = vi.fn();
  const notifier = createNotifier(publish);
  notifier.soon();
  page.visibilityState = "hidden";
  notifier.soon();
  notifier.soon();
  vi.advanceTimersByTime(16);
  expect(publish).toHaveBeenCalledTimes(1);
  frames[0]?.();
  expect(publish).toHaveBeenCalledTimes(1);
});
