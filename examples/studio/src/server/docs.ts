import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Nodes } from "mdast";
import { toString as textOf } from "mdast-util-to-string";
import remarkGfm from "remark-gfm";
import remarkParse from "remark-parse";
import { unified } from "unified";

/** One piece of a page: what stands below one heading. */
export interface Section {
  readonly path: string;
  readonly heading: string;
  /** Its sentences, without marks. Code and tables are left out: an answer quotes sentences. */
  readonly text: string;
}

const pages = ["*.md", "docs/**/*.md", "packages/*/README.md"];
const markdown = unified().use(remarkParse).use(remarkGfm);

/** The repository's own Markdown pages. They are looked up anew each time, so an edit counts at once. */
export async function listPages(root: string): Promise<readonly string[]> {
  return (await Array.fromAsync(glob(pages, { cwd: root }))).sort();
}

/** A page, cut at its headings. */
export async function readSections(root: string, path: string): Promise<readonly Section[]> {
  const sections: Section[] = [];
  let heading = path;
  let texts: string[] = [];
  const close = () => {
    const text = texts.join(" ").replace(/\s+/g, " ");
    if (text !== "") sections.push({ path, heading, text });
    texts = [];
  };
  for (const node of markdown.parse(await readFile(join(root, path), "utf8")).children) {
    if (node.type === "heading") {
      close();
      heading = textOf(node);
    } else {
      texts.push(...paragraphsOf(node));
    }
  }
  close();
  return sections;
}

function paragraphsOf(node: Nodes): readonly string[] {
  if (node.type === "paragraph") return [textOf(node)];
  if (node.type === "table" || !("children" in node)) return [];
  return node.children.flatMap(paragraphsOf);
}
