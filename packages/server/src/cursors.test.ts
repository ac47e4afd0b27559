import { describe, expect, test } from "vitest";
import { readCursor, readThreadCursor } from "./cursors.ts";

function at(read: typeof readCursor | typeof readThreadCursor, query: string, header?: string) {
  const url = new URL(`http://localhost/${query}`);
  const headers = header === undefined ? {} : { "last-event-id": header };
  return read(new Request(url, { headers: headers as Record<string, string> }), url);
}

test("a run's cursor comes by header or query, and the header is the newer", () => {
  expect(at(readCursor, "")).toBeUndefined();
  expect(at(readCursor, "?after=3")).toEqual({ seq: 3 });
  expect(at(readCursor, "?after=3", "7.99")).toEqual({ seq: 7, epoch: 99 });
  expect(at(readCursor, "?after=3", "")).toEqual({ seq: 3 });
});

test("a thread's cursor names its run", () => {
  expect(at(readThreadCursor, "", "run_x/7.99")).toEqual({
    run: "run_x",
    after: { seq: 7, epoch: 99 },
  });
  expect(at(readThreadCursor, "?after=a%2Fb%2F0")).toEqual({ run: "a/b", after: { seq: 0 } });
});

describe("what is no cursor is 400", () => {
  test.each(["-1", "1.2.3", "x", "run_x/1", "1e3", " 1", "99999999999999999"])("%j", (text) => {
    expect(() => at(readCursor, `?after=${encodeURIComponent(text)}`)).toThrow(
      expect.objectContaining({ status: 400 }),
    );
  });

  test.each(["7", "/7", "run_x/", "run_x/x", "run_x"])("in a thread: %j", (text) => {
    expect(() => at(readThreadCursor, `?after=${encodeURIComponent(text)}`)).toThrow(
      expect.objectContaining({ status: 400 }),
    );
  });
});
