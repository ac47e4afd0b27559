import { expectTypeOf, test } from "vitest";
import type { AgentDefinition } from "../definition.ts";
import type { TypesOf } from "./agent-types.ts";
import type { assistant, coder, hello } from "./agents.test.helper.ts";
import type { AgentMap, AgentMapOf, AgentsOf, HasAgents } from "./agents-of.ts";

type Agents = AgentMapOf<readonly [typeof assistant, typeof coder]>;
type Handler = ((request: Request) => Promise<Response>) & HasAgents<Agents>;

test("a list of agents is a map by name", () => {
  expectTypeOf<Agents>().toEqualTypeOf<{
    readonly assistant: TypesOf<typeof assistant>;
    readonly coder: TypesOf<typeof coder>;
  }>();
  expectTypeOf<AgentMapOf<readonly AgentDefinition[]>[string]>().toEqualTypeOf<AgentMap[string]>();
});

test("a handler tells its agents", () => {
  expectTypeOf<AgentsOf<Handler>>().toEqualTypeOf<Agents>();
  expectTypeOf<AgentsOf<{ close(): void } & HasAgents<Agents>>>().toEqualTypeOf<Agents>();
});

test("an agent tells of itself", () => {
  expectTypeOf<AgentsOf<typeof hello>>().toEqualTypeOf<{
    readonly hello: TypesOf<typeof hello>;
  }>();
});

test("anything else tells of any", () => {
  expectTypeOf<AgentsOf<unknown>>().toEqualTypeOf<AgentMap>();
  expectTypeOf<AgentsOf<(request: Request) => Promise<Response>>>().toEqualTypeOf<AgentMap>();
});

test("a handler that carries agents is still any handler", () => {
  expectTypeOf<Handler>().toExtend<(request: Request) => Promise<Response>>();
  expectTypeOf<(request: Request) => Promise<Response>>().toExtend<Handler>();
});
