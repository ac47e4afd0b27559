import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { readBody } from "./body.ts";
import { Problem } from "./problem.ts";

const schema = z.strictObject({ a: z.number().optional(), b: z.array(z.string()).optional() });

function post(body: BodyInit, headers: Record<string, string> = {}): Request {
  const init: RequestInit & { duplex: "half" } = {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
    duplex: "half",
  };
  return new Request("http://localhost/", init);
}

async function problemOf(request: Request, maxBytes = 1_000): Promise<Problem> {
  const fault: unknown = await readBody(request, schema, maxBytes).catch((error) => error);
  if (Problem.is(fault)) return fault;
  throw new Error(`Not a problem: ${String(fault)}`);
}

function stream(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

test("reads JSON, in UTF-8, in pieces, with any JSON type", async () => {
  const bytes = new TextEncoder().encode('{"b":["é😀"]}');
  const pieces = stream(Array.from(bytes, (byte) => Uint8Array.of(byte)));
  expect(await readBody(post(pieces), schema, 1_000)).toEqual({ b: ["é😀"] });
  for (const type of [
    "application/json; charset=utf-8",
    "Application/JSON",
    "application/x+json",
  ]) {
    const request = post('{"a":1}', { "content-type": type });
    expect(await readBody(request, schema, 1_000)).toEqual({ a: 1 });
  }
});

test("an empty body is an empty object, whatever its type", async () => {
  expect(await readBody(new Request("http://localhost/", { method: "POST" }), schema, 10)).toEqual(
    {},
  );
  expect(await readBody(post("", { "content-type": "text/plain" }), schema, 10)).toEqual({});
});

describe("413", () => {
  test("by what it says it is", async () => {
    const request = new Request("http://localhost/", {
      method: "POST",
      headers: { "content-length": "1001" },
    });
    expect((await problemOf(request)).status).toBe(413);
  });

  test("by what comes, without reading on", async () => {
    let pulled = 0;
    let cancelled = false;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(new Uint8Array(400));
      },
      cancel() {
        cancelled = true;
      },
    });
    expect((await problemOf(post(endless))).status).toBe(413);
    expect(pulled).toBeLessThan(6);
    expect(cancelled).toBe(true);
  });

  test("not at the limit itself", async () => {
    expect(await readBody(post('{"a":1}'), schema, 7)).toEqual({ a: 1 });
    expect((await problemOf(post('{"a":1}'), 6)).status).toBe(413);
  });
});

describe("415", () => {
  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/jsonp",
    "application/json; charset=latin1",
    "",
  ])("for %j", async (type) => {
    expect((await problemOf(post("{}", { "content-type": type }))).status).toBe(415);
  });

  test.each(["cross-site", "same-site"])("for none at all from a %s page", async (site) => {
    const headers = { "sec-fetch-site": site, "content-type": "text/plain" };
    expect((await problemOf(post("", headers))).status).toBe(415);
    const asked = post("", { ...headers, "content-type": "application/json" });
    expect(await readBody(asked, schema, 10)).toEqual({});
    const own = post("", { ...headers, "sec-fetch-site": "same-origin" });
    expect(await readBody(own, schema, 10)).toEqual({});
  });

  test("for a compressed body", async () => {
    expect((await problemOf(post("{}", { "content-encoding": "gzip" }))).status).toBe(415);
  });
});

describe("400", () => {
  const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

  test.each<[string, BodyInit]>([
    ["malformed JSON", "{"],
    ["two texts", "{}{}"],
    ["invalid UTF-8", Uint8Array.of(0x22, 0xff, 0x22)],
    ["a truncated character", Uint8Array.of(0x22, 0xc3)],
    ["deep JSON", deep(400)],
    ["very deep JSON", deep(100_000)],
    ["half a surrogate pair", '{"b":["\\ud800"]}'],
    ["half a surrogate pair in a key", '{"\\ud800":1}'],
    ["a number beyond numbers", '{"a":1e999}'],
    ["more values than anybody checks", `{"b":[${"0,".repeat(60_000)}0]}`],
    ["a key that reaches into prototypes", '{"__proto__":{"a":1}}'],
  ])("%s", async (_, body) => {
    const problem = await problemOf(post(body), 1_000_000);
    expect(problem).toMatchObject({ status: 400, code: "malformed-body" });
  });

  test("a body that breaks off", async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error("reset")),
    });
    expect(await problemOf(post(broken))).toMatchObject({ status: 400, code: "malformed-body" });
  });

  test("wrong types, with a pointer to each", async () => {
    const problem = await problemOf(post('{"a":"x","b":["ok",7],"c/d":1}'));
    expect(problem.code).toBe("invalid-body");
    expect(problem.options.errors?.map(({ pointer }) => pointer)).toEqual(["/a", "/b/1", "/c~1d"]);
  });

  test("in a value that may have several forms, where it falls short of the one that was meant", async () => {
    const input = z.strictObject({
      input: z.union([z.string(), z.array(z.strictObject({ url: z.url() }))], { error: "Neither" }),
    });
    const faultsOf = async (text: string): Promise<unknown> => {
      const fault: unknown = await readBody(post(text), input, 1_000).catch((error) => error);
      return Problem.is(fault) && fault.options.errors;
    };
    expect(await faultsOf('{"input":[{"url":"https://a.example"},{"url":"a","x":1}]}')).toEqual([
      { pointer: "/input/1/url", detail: expect.stringContaining("URL") },
      { pointer: "/input/1/x", detail: "Not a known field." },
    ]);
    expect(await faultsOf('{"input":7}')).toEqual([{ pointer: "/input", detail: "Neither" }]);
  });

  test("says where in malformed content", async () => {
    const problem = await problemOf(post('{"b":["ok","\\udc00"]}'));
    expect(problem.options.errors).toEqual([
      { pointer: "/b/1", detail: "Half of a surrogate pair: not well-formed Unicode." },
    ]);
  });

  test("tells a bounded number of faults", async () => {
    const many = Array.from({ length: 300 }, (_, n) => [`field ${n}`, n]);
    for (const body of [{ b: Array(300).fill(1) }, Object.fromEntries(many)]) {
      const problem = await problemOf(post(JSON.stringify(body)), 10_000);
      expect(problem.options.errors).toHaveLength(10);
      expect(JSON.stringify(problem).length).toBeLessThan(2_000);
    }
  });
});

test("a body that somebody else has read is a mistake in the program, and says what to do", async () => {
  const request = post("{}");
  await request.text();
  await expect(readBody(request, schema, 10)).rejects.toThrow(
    /mount the handler before body parsers/,
  );
});

test("any JSON is read or refused, never thrown on", async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.json({ maxDepth: 80 }), fc.string()), async (text) => {
      const outcome: unknown = await readBody(post(text), z.unknown(), 100_000).catch((e) => e);
      if (outcome instanceof Error) expect(Problem.is(outcome)).toBe(true);
    }),
  );
});
