// What a user's bundle pays for each entry, and what must never get into it.

function forbid(filter, why) {
  return (config) => ({
    ...config,
    plugins: [
      ...(config.plugins ?? []),
      {
        name: "forbid",
        setup(build) {
          build.onResolve({ filter }, ({ path, importer, kind }) =>
            kind === "entry-point"
              ? undefined
              : { errors: [{ text: `${why}: ${path} in ${importer}` }] },
          );
        },
      },
    ],
  });
}

const noZod = forbid(/^zod($|\/)/, "No zod in what browsers load");

// min+gzip, a little above what they are: a budget is raised on purpose or not at all.
const entries = [
  {
    name: "@runwire/core/protocol, what a viewer needs",
    path: "packages/core/dist/protocol.js",
    import: "{ createDraft, decodeFrame }",
    limit: "5.7 kB",
    modifyEsbuildConfig: forbid(/^[^./]/, "The protocol has no dependencies"),
  },
  {
    name: "@runwire/core/protocol",
    path: "packages/core/dist/protocol.js",
    limit: "6.5 kB",
    modifyEsbuildConfig: forbid(/^[^./]/, "The protocol has no dependencies"),
  },
  {
    name: "@runwire/core",
    path: "packages/core/dist/index.js",
    limit: "43 kB",
    ignore: ["zod"],
  },
  {
    name: "@runwire/server",
    path: "packages/server/dist/index.js",
    limit: "53 kB",
    ignore: ["zod"],
  },
  {
    name: "createClient",
    path: "packages/client/dist/index.js",
    import: "{ createClient }",
    limit: "15.8 kB",
    modifyEsbuildConfig: noZod,
  },
  {
    name: "useAgentStream",
    path: "packages/react/dist/index.js",
    import: "{ useAgentStream }",
    limit: "15.6 kB",
    ignore: ["react"],
    modifyEsbuildConfig: noZod,
  },
  {
    name: "@runwire/sqlite",
    path: "packages/sqlite/dist/index.js",
    limit: "10.2 kB",
    ignore: ["@runwire/core", "node:fs", "node:os", "node:path"],
  },
  {
    name: "@runwire/openai",
    path: "packages/openai/dist/index.js",
    limit: "12.5 kB",
    ignore: ["openai", "zod"],
  },
  {
    name: "@runwire/anthropic",
    path: "packages/anthropic/dist/index.js",
    limit: "9.2 kB",
    ignore: ["@anthropic-ai/sdk", "zod"],
  },
  {
    name: "@runwire/ai-sdk",
    path: "packages/ai-sdk/dist/index.js",
    limit: "8.3 kB",
    ignore: ["zod"],
    modifyEsbuildConfig: forbid(/^(ai|@ai-sdk\/.*)$/, "Of the AI SDK only types are used"),
  },
  {
    name: "@runwire/redis",
    path: "packages/redis/dist/index.js",
    limit: "13.6 kB",
    ignore: ["@runwire/core", "node:crypto"],
  },
  {
    name: "@runwire/mcp",
    path: "packages/mcp/dist/index.js",
    limit: "5 kB",
    ignore: ["@runwire/core", "@modelcontextprotocol/client"],
  },
  {
    name: "@runwire/sandbox",
    path: "packages/sandbox/dist/index.js",
    limit: "18.5 kB",
    ignore: ["@runwire/core", "zod"],
    modifyEsbuildConfig: (config) => ({ ...config, format: "esm", platform: "node" }),
  },
];

export default entries.map((entry) => ({ ...entry, gzip: true }));
