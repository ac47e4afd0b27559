import { describe, expect, test } from "vitest";
import { mcp } from "./mcp.ts";
import type { CommonOptions } from "./options.ts";
import { calling, run } from "./run.test.helper.ts";
import { everything, everythingOverHttp } from "./servers.test.helper.ts";

const overHttp = async (options: Partial<CommonOptions> = {}) =>
  mcp({ name: "every", url: (await everythingOverHttp()).url, ...options });

describe.each([
  ["over stdio", async (options?: Partial<CommonOptions>) => everything(options)],
  ["over Streamable HTTP", overHttp],
])("the reference server %s", (_, serve) => {
  test("gives its tools, under names of its own, with their schemas", async () => {
    const { asked } = await run([await serve()]);
    const tools = new Map(asked[0]?.tools.map((tool) => [tool.name, tool]));
    expect(tools.get("every__echo")).toEqual({
      name: "every__echo",
      description: "Echoes back the input string",
      input: expect.objectContaining({ type: "object", required: ["message"] }),
    });
    expect(tools.get("every__echo")?.input).not.toHaveProperty("$schema");
    expect([...tools.keys()].every((name) => name.startsWith("every__"))).toBe(true);
  });

  test("answers with texts, structure, images and resources", async () => {
    const { calls, errors } = await run(
      [await serve()],
      [
        { name: "every__echo", input: { message: "hi" } },
        { name: "every__get-structured-content", input: { location: "Chicago" } },
        { name: "every__get-tiny-image" },
        { name: "every__get-resource-reference", input: { resourceType: "Blob", resourceId: 1 } },
        { name: "every__get-resource-links", input: { count: 1 } },
      ],
    );
    expect(calls.map(({ status }) => status)).toEqual(Array(5).fill("completed"));
    const [echo, weather, image, blob, links] = calls;
    expect(echo).toMatchObject({ output: "Echo: hi" });
    expect(echo).not.toHaveProperty("content");
    // Its text is the structure's JSON: nothing is kept twice.
    expect(weather?.output).toEqual({
      temperature: 36,
      conditions: "Light rain / drizzle",
      humidity: 82,
    });
    expect(weather).not.toHaveProperty("content");
    expect(image?.output).toMatch(/requested:\n\[image\/png\]\nThe image above/);
    expect(image?.content?.[1]).toMatchObject({
      type: "file",
      mediaType: "image/png",
      url: expect.stringMatching(/^data:image\/png;base64,iVBOR/),
    });
    expect(blob?.content?.[1]).toMatchObject({
      type: "file",
      url: expect.stringMatching(/^data:text\/plain;base64,/),
      filename: expect.stringMatching(/^demo:/),
    });
    expect(links?.output).toMatch(/\]\(demo:\/\/resource\/dynamic\/blob\/1\): text\/plain, /);
    expect(errors).toEqual([]);
  });

  test("fails calls in its own words, and those that do not fit never reach it", async () => {
    const { calls, state } = await run(
      [await serve()],
      [
        { name: "every__get-resource-reference", input: { resourceId: -1 } },
        { name: "every__get-sum", input: { a: "one" } },
        { name: "every__no-such-tool" },
      ],
    );
    expect(calls).toMatchObject([
      { error: { code: "tool-error", message: expect.stringContaining("positive integer") } },
      { error: { code: "invalid-input" } },
      { error: { code: "unknown-tool" } },
    ]);
    expect(state.status).toBe("completed");
  });

  test("tells how far it is", async () => {
    const { runtime } = calling(
      [await serve()],
      [{ name: "every__trigger-long-running-operation", input: { duration: 0.2, steps: 2 } }],
    );
    const progress: unknown[] = [];
    const handle = runtime.run("assistant", "Go.", {
      on: { "tool.progressed": ({ data }) => progress.push(data) },
    });
    await handle.result;
    expect(progress[0]).toEqual({ progress: 1, total: 2 });
  });

  test("does not hold up a cancel", async () => {
    const { runtime } = calling(
      [await serve()],
      [{ name: "every__trigger-long-running-operation", input: { duration: 600, steps: 600 } }],
    );
    const handle = runtime.run("assistant", "Go.", {
      on: { "tool.progressed": (_, { cancel }) => cancel({ reason: "enough" }) },
    });
    await expect(handle.result).rejects.toMatchObject({ code: "cancelled" });
  });

  test("has resources, for the model and for the application", async () => {
    const server = await serve({ resources: true });
    const uri = "demo://resource/static/document/features.md";
    const { calls } = await run(
      [server],
      [{ name: "every__list_resources" }, { name: "every__read_resource", input: { uri } }],
    );
    expect(calls[0]?.output).toMatchObject({
      resources: expect.arrayContaining([
        expect.objectContaining({ uri, mediaType: "text/markdown" }),
      ]),
      templates: expect.arrayContaining([
        expect.objectContaining({ uri: "demo://resource/dynamic/text/{resourceId}" }),
      ]),
    });
    expect(calls[1]?.output).toContain(`<${uri}>\n#`);
    // No runtime is needed, nor is its connection there any more.
    expect(await server.readResource(uri)).toEqual([{ type: "text", text: calls[1]?.output }]);
    expect((await server.resources()).resources.map((resource) => resource.uri)).toContain(uri);
    await expect(server.readResource("demo://none")).rejects.toMatchObject({ code: "failed" });
  });

  test("writes prompts that start runs", async () => {
    const server = await serve();
    expect(await server.prompts()).toContainEqual({
      name: "args-prompt",
      description: expect.any(String),
      arguments: [
        { name: "city", description: expect.any(String), required: true },
        expect.objectContaining({ name: "state", required: false }),
      ],
    });
    const { input, history } = await server.prompt("args-prompt", { city: "Bonn" });
    expect(input).toEqual([{ type: "text", text: expect.stringContaining("Bonn") }]);
    const { runtime } = calling([server]);
    const handle = runtime.run("assistant", input, { history });
    await handle.result;
    expect(handle.state?.messages[0]?.parts).toEqual(input);
    await expect(server.prompt("args-prompt")).rejects.toMatchObject({ code: "failed" });
  });
});
