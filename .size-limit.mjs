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

export default [
  {
    name: "@runwire/core/protocol, what a viewer needs",
    path: "packages/core/dist/protocol.js",
    import: "{ createDraft, decodeFrame }",
    limit: "6 kB",
    modifyEsbuildConfig: forbid(/^[^./]/, "The protocol has no dependencies"),
  },
  {
    name: "@runwire/core/protocol",
    path: "packages/core/dist/protocol.js",
    limit: "12 kB",
    modifyEsbuildConfig: forbid(/^[^./]/, "The protocol has no dependencies"),
  },
  {
    name: "@runwire/core",
    path: "packages/core/dist/index.js",
    limit: "25 kB",
    ignore: ["zod"],
  },
  {
    name: "@runwire/server",
    path: "packages/server/dist/index.js",
    limit: "45 kB",
    ignore: ["zod"],
  },
  {
    name: "@runwire/client",
    path: "packages/client/dist/index.js",
    limit: "16 kB",
    modifyEsbuildConfig: noZod,
  },
  {
    name: "@runwire/react",
    path: "packages/react/dist/index.js",
    limit: "16.5 kB",
    ignore: ["react"],
    modifyEsbuildConfig: noZod,
  },
  {
    name: "@runwire/openai",
    path: "packages/openai/dist/index.js",
    limit: "8 kB",
    ignore: ["openai", "zod"],
  },
];
