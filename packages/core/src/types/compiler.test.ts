import { globSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const source = fileURLToPath(new URL("..", import.meta.url));
const { options } = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(source, "../tsconfig.json"), ts.sys.readFile).config,
  ts.sys,
  join(source, ".."),
);

/** A program of files on disk, and of `made` ones beside this file. */
function compile(
  files: readonly string[],
  made: Record<string, string>,
  extra: ts.CompilerOptions,
) {
  const host = ts.createCompilerHost({ ...options, ...extra });
  const virtual = new Map(
    Object.entries(made).map(([name, text]) => [join(source, "types", name), text]),
  );
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => virtual.has(file) || fileExists(file);
  host.readFile = (file) => virtual.get(file) ?? readFile(file);
  host.getSourceFile = (file, language, ...rest) => {
    const text = virtual.get(file);
    return text === undefined
      ? getSourceFile(file, language, ...rest)
      : ts.createSourceFile(file, text, language);
  };
  const roots = [...files, ...virtual.keys()];
  const program = ts.createProgram(roots, { ...options, ...extra }, host);
  const problems = roots.flatMap((file) => {
    const found = program.getSemanticDiagnostics(program.getSourceFile(file));
    return found.map(
      ({ messageText }) => `${file}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
    );
  });
  return { program, problems };
}

/** Agents with ten tools each, and a viewer that uses every tool of each by name. */
function manyAgents(count: number): string {
  const names = Array.from({ length: count }, (_, index) => `agent${index}`);
  const tools = Array.from({ length: 10 }, (_, index) => `tool${index}`);
  const agents = names.map((name) => {
    const made = tools.map(
      (key, index) => `${key}: tool({
        description: "",
        input: z.object({ query: z.string(), ${name}: z.array(z.object({ n${index}: z.number() })) }),
        data: { "${name}.${key}": z.object({ n: z.number() }) },
        async *execute({ query }) {
          yield { page: ${index} };
          return { hits: [{ title: query, at: new Date() }] };
        },
      }),`,
    );
    return `const ${name} = agent({ name: "${name}", tools: { ${made.join("\n")} } });`;
  });
  const viewers = names.map((name) => {
    const byName = tools.map((key) => `${key}: (e) => e.output.hits[0]?.title.length,`).join("\n");
    const cases = tools.map(
      (key, index) =>
        `if (part.type === "tool" && part.name === "${key}" && part.status === "completed") part.input.${name}[0]?.n${index};`,
    );
    return `{
      const run = client.run("${name}", "Hi", { on: {
        "tool.completed": { ${byName} },
        "tool.called": (e) => e.name === "tool3" && e.input.${name}[0]?.n3,
        "data.emitted": { "${name}.tool7": (e) => e.data.n },
      } });
      for (const { parts } of run.state?.messages ?? []) for (const part of parts) { ${cases.join("\n")} }
      const message: Message | undefined = run.state?.messages[0];
      void message;
    }`;
  });
  return `import { z } from "zod";
    import { agent } from "../agent.ts";
    import { tool } from "../tool.ts";
    import type { Message } from "../protocol/message.ts";
    import type { AgentMapOf } from "./agents-of.ts";
    import type { Runs } from "./runs.ts";
    ${agents.join("\n")}
    const agents = [${names.join(", ")}] as const;
    declare const client: Runs<AgentMapOf<typeof agents>>;
    ${viewers.join("\n")}`;
}

// A compiler takes seconds on a busy machine.
describe("the compiler", { timeout: 120_000 }, () => {
  test("of the version before the one that runs the type tests agrees with them", () => {
    const files = globSync("**/*.test-d.ts", { cwd: source }).map((file) => join(source, file));
    expect(files.length).toBeGreaterThan(8);
    expect(compile(files, {}, {}).problems).toEqual([]);
  });

  test("emits no type of a schema library for tools and agents", () => {
    const fixture = join(source, "types/agents.test.helper.ts");
    const { program } = compile(
      [fixture],
      {},
      { noEmit: false, declaration: true, emitDeclarationOnly: true },
    );
    let emitted = "";
    program.emit(program.getSourceFile(fixture), (_, text) => {
      emitted += text;
    });
    expect(emitted).toContain("hits: {");
    expect(emitted).not.toMatch(/zod|StandardSchema|Jsonify|Flat</i);
  });

  test("has work that grows with the agents, not with their square", () => {
    // As in a project that is strict and no more.
    const loose = { exactOptionalPropertyTypes: false, noUncheckedIndexedAccess: false };
    const work = (count: number) => {
      const { program, problems } = compile([], { "many.ts": manyAgents(count) }, loose);
      expect(problems).toEqual([]);
      return program.getInstantiationCount();
    };
    const one = work(1);
    expect(work(5)).toBeLessThan(6 * one);
  });
});
