import { describe, test } from "vitest";
import { memoryLog } from "../log/memory-log.ts";
import { eventLogCases } from "./conformance.ts";

describe("memoryLog", () => {
  for (const { name, run } of eventLogCases)
    test(name, () => run(({ clock }) => memoryLog({ clock })));
});

describe("memoryLog by its own clock", () => {
  for (const { name, run } of eventLogCases) {
    test(name, () => run(() => memoryLog(), { realTime: true }));
  }
});
