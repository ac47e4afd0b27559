import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { serving, startRun } from "./serving.test.helper.ts";

type Call = ReturnType<typeof serving>["call"];

/** Every answer is a success or says what was wrong with the request; none is our fault. */
async function expectOrderly(response: Response, errors: readonly unknown[]): Promise<void> {
  expect(errors).toEqual([]);
  expect(response.status).toBeLessThan(500);
  if (response.status >= 400) {
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(await response.json()).toMatchObject({
      type: expect.stringMatching(/^urn:runwire:problem:/),
      title: expect.any(String),
      status: response.status,
    });
  }
  await response.body?.cancel().catch(() => {});
}

const paths = (run: string, thread: string) => [
  "/agents/greeter/runs",
  `/runs/${run}/cancel`,
  `/runs/${run}/messages`,
  `/runs/${run}/approvals/a1`,
  `/runs/${run}/results/c1`,
  `/threads/${thread}`,
];

/** Bodies that are nearly right: the fields of all routes, with values of any kind. */
const nearly = fc.record(
  Object.fromEntries(
    [
      "input",
      "run",
      "thread",
      "previous",
      "busy",
      "message",
      "history",
      "state",
      "metadata",
      "mcpServers",
      "model",
      "id",
      "approved",
      "reason",
      "output",
      "error",
    ].map((name) => [
      name,
      fc.oneof(
        fc.jsonValue({ maxDepth: 3 }),
        fc.string({ unit: "binary" }),
        fc.constantFrom("run_aaaaaaaaaaaaaaaa", "queue", "t", true, [], {}, "a\nb", null),
        fc.array(
          fc.record({
            type: fc.constantFrom("text", "file", "tool"),
            text: fc.string(),
            url: fc.webUrl(),
            id: fc.string(),
            role: fc.constantFrom("user", "assistant"),
            parts: fc.array(fc.record({ type: fc.constant("text"), text: fc.string() })),
          }),
          { maxLength: 2 },
        ),
      ),
    ]),
  ),
  { requiredKeys: [] },
);

describe("any body", () => {
  test("of JSON", async () => {
    const { call, errors } = serving();
    const { run, thread } = await startRun(call, "puppet");
    const path = fc.constantFrom(...paths(run, thread));
    await fc.assert(
      fc.asyncProperty(path, fc.oneof(nearly, fc.jsonValue()), async (to, json) => {
        await expectOrderly(await call(to, { json }), errors);
      }),
      { numRuns: 400 },
    );
  });

  test("of text, and of any type", async () => {
    const { call, errors } = serving();
    const { run, thread } = await startRun(call, "puppet");
    const path = fc.constantFrom(...paths(run, thread));
    const type = fc.constantFrom("application/json", "text/plain", "application/json; charset=x");
    const text = fc.oneof(fc.string({ unit: "binary" }), fc.json());
    await fc.assert(
      fc.asyncProperty(path, text, type, async (to, body, contentType) => {
        const response = await call(to, { body, headers: { "content-type": contentType } });
        await expectOrderly(response, errors);
      }),
      { numRuns: 200 },
    );
  });
});

test("any path, query and cursor", async () => {
  const { call, errors } = serving();
  const { run, thread } = await startRun(call, "greeter");
  const segment = fc.oneof(
    fc.constantFrom(
      "runs",
      "threads",
      "agents",
      "events",
      "health",
      "greeter",
      run,
      thread,
      "..",
      "",
    ),
    fc.string({ unit: "binary-ascii" }).map(encodeURIComponent),
    fc.constantFrom("%", "%00", "%0d%0a", "%E0%A4%A", "a%2Fb"),
  );
  const value = fc.oneof(
    fc.constantFrom("1", "1.2", `${run}/1`, "true", "0", "-1", "99999999999999999999"),
    fc.string({ unit: "binary-ascii" }).map(encodeURIComponent),
  );
  const query = fc.record(
    Object.fromEntries(
      ["after", "snapshot", "protocol", "limit", "before", "run"].map((name) => [name, value]),
    ),
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(segment, { maxLength: 4 }), query, async (segments, fields) => {
      const search = Object.entries(fields).map(([name, text]) => `${name}=${text}`);
      const target = `/${segments.join("/")}?${search.join("&")}`;
      await expectOrderly(await call(target), errors);
    }),
    { numRuns: 500 },
  );
});

test("any value of the headers that are read", async () => {
  const { call, errors } = serving({ cors: { origins: ["https://app.example"] } });
  const { run } = await startRun(call, "greeter");
  const printable = fc.string({
    unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  });
  const headers = fc.record(
    Object.fromEntries(
      [
        "accept",
        "last-event-id",
        "idempotency-key",
        "prefer",
        "runwire-protocol",
        "origin",
        "content-length",
        "access-control-request-headers",
      ].map((name) => [
        name,
        fc.oneof(printable, fc.constantFrom("1", "*/*", "application/json", "q=1;q=2,,;")),
      ]),
    ),
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(headers, fc.boolean(), async (fields, start) => {
      const given = fields as Record<string, string>;
      const response = start
        ? await call("/agents/greeter/runs", { json: { input: "Hi" }, headers: given })
        : await call(`/runs/${run}/events`, { headers: given });
      await expectOrderly(response, errors);
    }),
    { numRuns: 300 },
  );
});

describe("the well-known bad ones", () => {
  const bad: readonly (readonly [what: string, status: number, init: Parameters<Call>[1]])[] = [
    ["malformed JSON", 400, { body: '{"input":' }],
    ["no body", 400, { method: "POST" }],
    ["an array", 400, { json: [] }],
    ["null", 400, { json: null }],
    ["no input", 400, { json: {} }],
    ["an input of the wrong type", 400, { json: { input: 7 } }],
    ["an unknown field", 400, { json: { input: "Hi", threadId: "t" } }],
    ["content of an unknown type", 400, { json: { input: [{ type: "video" }] } }],
    [
      "a file that a browser would run",
      400,
      { json: { input: [{ type: "file", mediaType: "text/html", url: "javascript:alert(1)" }] } },
    ],
    ["a thread id with a newline", 400, { json: { input: "Hi", thread: "a\nb" } }],
    ["a thread id that is too long", 400, { json: { input: "Hi", thread: "x".repeat(129) } }],
    ["an empty thread id", 400, { json: { input: "Hi", thread: "" } }],
    ["a run id that could be guessed", 400, { json: { input: "Hi", run: "run_1" } }],
    ["a run id with a newline", 400, { json: { input: "Hi", run: "run_aaaaaaaaaaaaaaaa\n" } }],
    ["a history that is none", 400, { json: { input: "Hi", history: [{ role: "system" }] } }],
    ["metadata that is no object", 400, { json: { input: "Hi", metadata: [1] } }],
    [
      "deep JSON",
      400,
      { body: `{"input":"Hi","state":${"[".repeat(500_000)}${"]".repeat(500_000)}}` },
    ],
    [
      "a cursor of a thread",
      400,
      { json: { input: "Hi" }, headers: { "last-event-id": "run_x/1" } },
    ],
    [
      "a megabyte of parts that are none",
      400,
      {
        json: { input: "Hi", history: [{ id: "m", role: "user", parts: Array(500_000).fill(0) }] },
      },
    ],
    ["10 MB", 413, { json: { input: "x".repeat(10_000_000) } }],
    [
      "a form",
      415,
      { body: "input=Hi", headers: { "content-type": "application/x-www-form-urlencoded" } },
    ],
    ["another version", 406, { json: { input: "Hi" }, headers: { "runwire-protocol": "2" } }],
  ];

  test.each(bad)("%s is %i, and nothing starts", async (_, status, init) => {
    const { call, handler, errors } = serving();
    const response = await call("/agents/greeter/runs", init);
    expect(response.status).toBe(status);
    await expectOrderly(response, errors);
    expect(await handler.runtime.log.threads.list({ limit: 10 })).toEqual([]);
  });
});
