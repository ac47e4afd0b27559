import { agent, type Model } from "@runwire/core";
import { expectTypeOf, test } from "vitest";
import { codeAct } from "./code-act.ts";
import { codeTool } from "./code-tool.ts";
import type { CodeOutput } from "./observation.ts";
import type { Sandbox } from "./sandbox.ts";

declare const sandbox: Sandbox;
declare const model: Model;

test("what a program came to is typed in the run's events", () => {
  const analyst = agent({ name: "analyst", model, tools: { python: codeTool(sandbox) } });
  analyst.run("Go.", {
    on: {
      "tool.called": { python: (event) => expectTypeOf(event.input.code).toEqualTypeOf<string>() },
      "tool.completed": {
        python: (event) => expectTypeOf(event.output).toExtend<CodeOutput>(),
      },
    },
  });
});

test("codeAct gives what an agent takes", () => {
  const solver = agent({ name: "solver", ...codeAct({ model, sandbox }) });
  solver.run("Go.", {
    on: {
      "tool.completed": {
        code: (event) => expectTypeOf(event.output.stdout).toEqualTypeOf<string>(),
      },
    },
  });
});
