import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const packages = new URL("../packages/", import.meta.url);

function withoutSource(exports: Record<string, unknown>) {
  return Object.fromEntries(
    Object.entries(exports).map(([entry, target]) => {
      if (typeof target === "string") return [entry, target];
      const { "@runwire/source": _, ...published } = target as Record<string, string>;
      return [entry, published];
    }),
  );
}

/** Whoever needs more than the others says why in its README. */
const needsMore: { readonly [name: string]: string } = { sandbox: ">=22.15" };

describe.each(readdirSync(packages))("packages/%s", (name) => {
  const manifest = JSON.parse(readFileSync(new URL(`${name}/package.json`, packages), "utf8"));

  test("publishes the entries it has, without the source condition", () => {
    expect(manifest.publishConfig.exports).toEqual(withoutSource(manifest.exports));
  });

  test("is named after its folder and supports the same Node as the others, or says that it does not", () => {
    expect(manifest.name).toBe(`@runwire/${name}`);
    expect(manifest.engines.node).toBe(needsMore[name] ?? ">=22.13");
  });
});
