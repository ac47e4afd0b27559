import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { format, type Section } from "./table.ts";

const entries: readonly (readonly [string, string])[] = [
  ["runwire: useAgentStream", 'export { useAgentStream } from "@runwire/react"'],
  ["runwire: createClient", 'export { createClient } from "@runwire/client"'],
  [
    "runwire: fold and decoder",
    'export { createDraft, decodeFrame } from "@runwire/core/protocol"',
  ],
  ["runwire: all of @runwire/core/protocol", 'export * from "@runwire/core/protocol"'],
  ["@ai-sdk/react: useChat", 'export { useChat } from "@ai-sdk/react"'],
  ["@ag-ui/client: HttpAgent", 'export { HttpAgent } from "@ag-ui/client"'],
  [
    "@tanstack/ai-react: useChat",
    'export { useChat, fetchServerSentEvents } from "@tanstack/ai-react"',
  ],
  [
    "@langchain/langgraph-sdk: useStream",
    'export { useStream } from "@langchain/langgraph-sdk/react"',
  ],
];

/** What a page pays for: minified and compressed, without React. */
export async function bundles(): Promise<Section> {
  const sizes: number[] = [];
  for (const [, contents] of entries) sizes.push(await sizeOf(contents));
  const reference = sizes[0] ?? Number.NaN;
  return {
    title: "Bundles",
    note: "esbuild, minified, gzip -9, React external.",
    tables: [
      {
        caption: "What a page loads",
        head: ["", "× useAgentStream", "kB min+gzip"],
        rows: entries.map(([name], index) => {
          const size = sizes[index] ?? Number.NaN;
          return [name, format(size / reference), format(size / 1_000)];
        }),
      },
    ],
  };
}

async function sizeOf(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    platform: "browser",
    conditions: ["@runwire/source", "module"],
    external: ["react", "react-dom"],
    define: { "process.env.NODE_ENV": '"production"' },
    logLevel: "error",
  });
  return gzipSync(outputFiles[0]?.contents ?? "", { level: 9 }).length;
}
