import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { marked } from "marked";

/** One piece of a page: what stands below one heading. */
export interface Section {
  readonly path: string;
  readonly heading: string;
  readonly text: string;
}

const pages = ["*.md", "docs/**/*.md", "packages/*/README.md", "examples/*/README.md"];

/** The repository's own Markdown pages. They are looked up anew each time, so an edit counts at once. */
export async function listPages(root: string): Promise<readonly string[]> {
  return (await Array.fromAsync(glob(pages, { cwd: root }))).sort();
}

export async function readSections(root: string, path: string): Promise<readonly Section[]> {
  return cutSections(path, await readFile(join(root, path), "utf8"));
}

/** Cuts a page at its headings, and leaves its code out: what people search for is said in words. */
export function cutSections(path: string, markdown: string): readonly Section[] {
  const sections: Section[] = [];
  let heading = path;
  let text = "";
  const close = () => {
    if (text.trim() !== "") sections.push({ path, heading, text: text.trim() });
    text = "";
  };
  for (const token of marked.lexer(markdown)) {
    if (token.type === "heading") {
      close();
      heading = token.text;
    } else if (token.type !== "code") {
      text += token.raw;
    }
  }
  close();
  return sections;
}
