import { marked } from "marked";

/**
 * Cuts growing Markdown into its top-level blocks. Text that only grows can change none but its last block, so each
 * cut begins there: the cost is that of the newest block, however long the answer is.
 */
export class BlockCutter {
  #text = "";
  #blocks: string[] = [];

  cut(text: string): readonly string[] {
    if (text === this.#text) return this.#blocks;
    const grown = this.#text !== "" && text.startsWith(this.#text);
    const settled = grown ? this.#blocks.slice(0, -1) : [];
    const offset = settled.reduce((sum, block) => sum + block.length, 0);
    this.#text = text;
    this.#blocks = [...settled, ...blocksOf(text.slice(offset))];
    return this.#blocks;
  }
}

/** Blank lines stay with the block above them: a list may go on after one. */
function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  for (const { type, raw } of marked.lexer(text)) {
    if (type === "space" && blocks.length > 0) blocks[blocks.length - 1] += raw;
    else blocks.push(raw);
  }
  return blocks;
}

/** References and footnotes reach over blocks: a finished text that has some is rendered as one. */
export function hasDefinitions(text: string): boolean {
  return /^ {0,3}\[[^\]\n]+\]:/m.test(text);
}
