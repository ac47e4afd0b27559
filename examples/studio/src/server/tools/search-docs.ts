import { setTimeout as sleep } from "node:timers/promises";
import { tool } from "@runwire/core";
import MiniSearch, { type SearchResult } from "minisearch";
import { z } from "zod";
import { listPages, readSections, type Section } from "../docs.ts";

/** Long enough for a person to see the pages go by: the files themselves are read in a blink. */
const pauseMs = 60;
const maxHits = 5;
const maxSnippet = 240;

/** Full-text search over the Markdown files of a folder, with progress page by page. */
export function searchDocs(root: string) {
  return tool({
    description:
      "Searches the documentation of this project by words and returns the best sections, each with its page, heading and a snippet.",
    input: z.object({ query: z.string().trim().min(1).max(200).describe("A few words") }),
    idempotent: true,
    async *execute({ query }, { signal, print }) {
      const paths = await listPages(root);
      const index = new MiniSearch<Section & { id: number }>({
        fields: ["heading", "text"],
        storeFields: ["path", "heading", "text"],
        processTerm: stem,
        searchOptions: { boost: { heading: 2 }, prefix: true, combineWith: "AND" },
      });
      let found = 0;
      for (const [i, path] of paths.entries()) {
        yield { path, done: i, of: paths.length, found };
        await sleep(pauseMs, undefined, { signal });
        for (const section of await readSections(root, path)) {
          index.add({ id: index.documentCount, ...section });
        }
        const before = found;
        found = index.search(query).length;
        print(`${path}: ${found - before}\n`);
      }
      // When no section holds all of the words, those with some of them may still help.
      const all = index.search(query);
      const results = all.length > 0 ? all : index.search(query, { combineWith: "OR" });
      const hits = results.slice(0, maxHits).map(toHit);
      return { query, pages: paths.length, found: results.length, hits };
    },
  });
}

/** Enough of one that "resuming" finds "resumes", and "approval" "Approvals". */
function stem(word: string): string {
  const lower = word.toLowerCase();
  return lower.length < 5 ? lower : lower.replace(/(?:ing|ed|es|s|e)$/, "");
}

function toHit({ path, heading, text, terms }: SearchResult) {
  return { path: String(path), heading: String(heading), snippet: cutSnippet(String(text), terms) };
}

/** From the sentence that holds the most of the words, cut to a readable length. */
function cutSnippet(text: string, words: readonly string[]): string {
  const sentences = text.split(/(?<=[.!?]) /);
  const held = sentences.map((sentence) => {
    const lower = sentence.toLowerCase();
    return words.filter((word) => lower.includes(word)).length;
  });
  const rest = sentences.slice(held.indexOf(Math.max(...held))).join(" ");
  return rest.length <= maxSnippet ? rest : `${rest.slice(0, maxSnippet).replace(/\s+\S*$/, "")}…`;
}
