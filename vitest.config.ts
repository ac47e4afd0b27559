import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Workspace packages resolve to their TypeScript sources: tests need no build.
const source = ["@runwire/source", "module", "development|production"];
const node = [...source, "node"];
const browser = [...source, "browser"];
const react = ["packages/react/src/**/*.test.{ts,tsx}", "test/react/**/*.test.tsx"];
// What the other end of the peer range is tested with. Its own folder, so that each React finds itself.
const react18 = ["react", "react-dom", "@testing-library/react"].map((name) => ({
  find: new RegExp(`^${name}(?=/|$)`),
  replacement: fileURLToPath(new URL(`test/react-18/node_modules/${name}`, import.meta.url)),
}));

// For machines that do more than test; what hangs still fails.
const patience = { testTimeout: 30_000, hookTimeout: 30_000 };

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
          ...patience,
          name: "node",
          environment: "node",
          include: [
            "packages/{core,server,client,openai,anthropic,ai-sdk,sqlite,sandbox,redis,mcp}/src/**/*.test.ts",
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
          ...patience,
          name: "react",
          environment: "jsdom",
          include: react,
          provide: { react: "19" },
        },
      },
      {
        resolve: { conditions: browser, alias: react18 },
        ssr: { resolve: { conditions: node } },
        test: {
          ...patience,
          name: "react-18",
          environment: "jsdom",
          include: react,
          provide: { react: "18" },
        },
      },
    ],
  },
});
