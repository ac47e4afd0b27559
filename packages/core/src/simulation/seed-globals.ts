import { vi } from "vitest";
import type { Random } from "../testing/random-log/random.ts";

/** Lets the seed decide what the platform else would: random numbers and ids, and when a digest is ready. */
export function seedGlobals(random: Random): () => void {
  const spies = [
    vi.spyOn(Math, "random").mockImplementation(() => random.int(2 ** 30) / 2 ** 30),
    vi.spyOn(crypto, "randomUUID").mockImplementation(() => {
      const [a, b] = [random.int(2 ** 30), random.int(2 ** 30)];
      return `${a.toString(16)}-${b.toString(16)}-0-0-0`;
    }),
    // The real one answers from a thread of its own, whenever that is.
    vi.spyOn(crypto.subtle, "digest").mockImplementation(async (_, data) => {
      const bytes = new Uint8Array(32);
      new Uint8Array(data as ArrayBuffer).forEach((byte, i) => {
        bytes[i % 32] = ((bytes[i % 32] ?? 0) * 31 + byte) & 0xff;
      });
      return bytes.buffer;
    }),
  ];
  return () => {
    for (const spy of spies) spy.mockRestore();
  };
}
