import remarkParse from "remark-parse";
import { unified } from "unified";

// Tables are paragraphs to it. They are rendered as tables: a block only has to be cut where one ends.
const markdown = unified().use(remarkParse);

/**
 * The top-level blocks of a finished text, each with what shows nothing after it: blank lines, definitions. What stands
 * before the first one is its.
 */
export function cutBlocks(text: string): readonly string[] {
  const starts = markdown
    .parse(text)
    .children.filter(({ type }) => type !== "definition")
    .map(({ position }) => position?.start.offset ?? 0);
  return starts.map((start, i) => text.slice(i === 0 ? 0 : start, starts[i + 1]));
}

/**
 * Cuts a text that grows. What is still to come can go on with the last block, and can show that its line went on with
 * the one before it; it hardly ever reaches further. So each cut begins with the last two: the cost is theirs, however
 * long the answer is.
 */
export class BlockCutter {
  #text = "";
  #blocks: readonly string[] = [];

  cut(text: string): readonly string[] {
    if (text === this.#text) return this.#blocks;
    const settled = text.startsWith(this.#text) ? this.#blocks.slice(0, -2) : [];
    const offset = settled.reduce((sum, block) => sum + block.length, 0);
    this.#text = text;
    this.#blocks = [...settled, ...cutBlocks(text.slice(offset))];
    return this.#blocks;
  }
}

/** References and footnotes reach over blocks: a finished text that has some is rendered as one. */
export function hasDefinitions(text: string): boolean {
  return /^ {0,3}\[[^\]\n]+\]:/m.test(text);
}
