import fc from "fast-check";
import { expect, test } from "vitest";
import { guestOutput } from "./output.ts";
import type { GuestMessage } from "./wire.ts";

function output() {
  const sent: GuestMessage[] = [];
  const reasons: string[] = [];
  const clock = { interrupt: (reason: string) => reasons.push(reason) };
  const made = guestOutput(
    { send: (message: GuestMessage) => sent.push(message) } as never,
    clock as never,
  );
  const said = () =>
    sent.map((message) => (message.type === "output" ? message.text : "")).join("");
  return { ...made, sent, reasons, said };
}

test("characters may be cut anywhere, and what is no text becomes U+FFFD", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.array(fc.nat(20)), (text, sizes) => {
      const { begin, write, end, said } = output();
      begin(1_000);
      const bytes = new TextEncoder().encode(text);
      let at = 0;
      for (const size of sizes) {
        write("stdout", bytes.subarray(at, at + size));
        at += size;
      }
      write("stdout", bytes.subarray(at));
      expect(end()).toBe(false);
      expect(said()).toBe(text);
    }),
  );
  const { begin, write, end, said } = output();
  begin(100);
  write("stdout", Uint8Array.of(97, 0xff, 98, 0xe2, 0x82));
  end();
  expect(said()).toBe("a\uFFFDb\uFFFD");
});

test("never says more than it may, and tells the program to stop", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), fc.nat(50), (pieces, max) => {
      const { begin, write, end, said, reasons } = output();
      begin(max);
      for (const piece of pieces) write("stdout", piece);
      const truncated = end();
      expect(Buffer.byteLength(said())).toBeLessThanOrEqual(max);
      expect(reasons.length > 0).toBe(truncated);
    }),
  );
});

test("a result that does not fit is left out", () => {
  const { begin, result, end, sent } = output();
  begin(10);
  result({ mime: "text/plain", data: "12345678901" });
  expect(sent).toEqual([]);
  expect(end()).toBe(true);
});

test("begins anew, also after it was muted", () => {
  const { begin, write, mute, end, said } = output();
  begin(10);
  mute();
  write("stdout", Buffer.from("unheard"));
  expect(end()).toBe(false);
  begin(10);
  write("stderr", Buffer.from("heard"));
  expect(said()).toBe("heard");
});
