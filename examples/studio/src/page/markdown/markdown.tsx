import { memo, useState } from "react";
import ReactMarkdown from "react-markdown";
import remarkGfm from "remark-gfm";
import remend from "remend";
import { BlockCutter, cutBlocks, hasDefinitions } from "./block-cutter.ts";
import { components } from "./components.tsx";
import { Writing } from "./writing.ts";

const plugins = [remarkGfm];

/**
 * Markdown that may still be written. Finished blocks are not rendered again, and what is open in the last one (`**bo`)
 * is closed for the eye. Raw HTML is left out.
 */
export function Markdown({ text, open = false }: { text: string; open?: boolean }) {
  const [cutter] = useState(() => new BlockCutter());
  const whole = open ? undefined : hasDefinitions(text) ? [text] : cutBlocks(text);
  const blocks = whole ?? cutter.cut(text);
  return (
    <div className="markdown">
      {blocks.map((block, i) => {
        const writing = open && i === blocks.length - 1;
        return <Block key={i} text={writing ? remend(block) : block} writing={writing} />;
      })}
    </div>
  );
}

const Block = memo(function Block({ text, writing }: { text: string; writing: boolean }) {
  return (
    <Writing value={writing}>
      <ReactMarkdown remarkPlugins={plugins} components={components}>
        {text}
      </ReactMarkdown>
    </Writing>
  );
});
