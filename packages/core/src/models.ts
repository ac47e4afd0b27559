import type { Model } from "./model.ts";

/** Models by name. `createModels` makes one; a table of your own needs no more than this. */
export interface Models {
  /** The names to show and to choose from. `get` may know more. */
  readonly names: readonly string[];
  /** What the name stands for, the first to be asked first and never empty; `undefined`: nothing. */
  get(name: string): readonly Model[] | undefined;
}

export interface ModelTable {
  /** A family, by a prefix that ends with a slash: makes the model of the rest of the name. */
  readonly [prefix: `${string}/`]: (rest: string) => Model;
  /** A model, or several: each takes over when the one before it is down, overloaded or over its quota. */
  readonly [name: string]: Model | readonly Model[] | ((rest: string) => Model);
}

/**
 * Names models, so that agents, starts and settings can speak of them.
 *
 * @example
 * const models = createModels({
 *   "openai/gpt-5": openai("gpt-5"),
 *   fast: [anthropic("claude-haiku-4-5"), openai("gpt-5-mini")],
 *   "openrouter/": (name) => openai.chat(name, { baseURL: "https://openrouter.ai/api/v1" }),
 * });
 * createRuntime({ agents: [agent({ name: "assistant", model: "fast" })], models });
 *
 * @throws TypeError for a table that cannot work.
 */
export function createModels(table: ModelTable): Models {
  const named = new Map<string, readonly Model[]>();
  const families: (readonly [prefix: string, make: (rest: string) => Model])[] = [];
  for (const [name, entry] of Object.entries(table)) {
    if (typeof entry === "function") families.push([checkPrefix(name), entry]);
    else named.set(name, checkChain(name, entry));
  }
  // The longest prefix knows best.
  families.sort(([a], [b]) => b.length - a.length);
  return Object.freeze({
    names: Object.freeze([...named.keys()]),
    get(name: string) {
      const known = named.get(name);
      if (known !== undefined) return known;
      const family = families.find(([prefix]) => name.startsWith(prefix) && name !== prefix);
      return family && [family[1](name.slice(family[0].length))];
    },
  });
}

function checkPrefix(name: string): string {
  if (name.endsWith("/")) return name;
  throw new TypeError(
    `models: "${name}" is a function, so it makes a family: let its name end with a slash, "${name}/".`,
  );
}

function checkChain(name: string, entry: Model | readonly Model[]): readonly Model[] {
  const chain = Array.isArray(entry) ? (entry as readonly Model[]) : [entry as Model];
  if (name === "" || name.endsWith("/")) {
    throw new TypeError(`models: ${JSON.stringify(name)} is no name of a model.`);
  }
  if (chain.length > 0 && chain.every(isModel)) return Object.freeze([...chain]);
  throw new TypeError(
    `models: "${name}" is not a model. Give what an adapter makes, such as openai("gpt-5"), or a list of those.`,
  );
}

/** Whether a value looks like one: adapters are plain objects. */
export function isModel(value: unknown): value is Model {
  const { id, stream } = (value ?? {}) as Partial<Model>;
  return typeof id === "string" && typeof stream === "function";
}
