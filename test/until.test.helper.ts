import { vi } from "vitest";

/** Waits for what must come, as long as a busy machine may need. */
export function until(condition: () => unknown): Promise<unknown> {
  return vi.waitUntil(condition, { timeout: 10_000, interval: 5 });
}
