import { defineConfig } from "vitest/config";

// Workspace packages resolve to their TypeScript sources: tests need no build.
const source = ["@runwire/source", "module", "development|production"];
const node = [...source, "node"];
const browser = [...source, "browser"];

export default defineConfig({
  test: {
    // .ci/run counts from this file.
    reporters: process.env.CI ? ["default", "json"] : ["default"],
    outputFile: { json: ".cache/vitest.json" },
    coverage: { provider: "v8", include: ["packages/*/src/**"] },
    projects: [
      {
        resolve: { conditions: node },
        ssr: { resolve: { conditions: node } },
        test: {
          name: "node",
          environment: "node",
          include: [
            "packages/{core,server,client,openai}/src/**/*.test.ts",
            "test/**/*.test.ts",
            "examples/*/test/**/*.test.ts",
          ],
          typecheck: {
            enabled: true,
            include: ["packages/*/src/**/*.test-d.ts", "test/**/*.test-d.ts"],
          },
        },
      },
      {
        resolve: { conditions: browser },
        ssr: { resolve: { conditions: node } },
        test: {
          name: "react",
          environment: "jsdom",
          include: ["packages/react/src/**/*.test.{ts,tsx}"],
        },
      },
    ],
  },
});
