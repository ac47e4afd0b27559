import type { Components } from "react-markdown";
import { CodeBlock } from "./code-block.tsx";

/** What a model wrote is a stranger's text: links open elsewhere, and no image is fetched unasked. */
export const components: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  img: ({ src, alt }) => (
    <a href={String(src)} target="_blank" rel="noopener noreferrer nofollow">
      {alt || "Image"}
    </a>
  ),
  pre: ({ node }) => {
    const code = node?.children.find((child) => child.type === "element");
    const language = String(code?.properties.className ?? "").match(/language-(\S+)/)?.[1];
    const text = code?.children.map((child) => (child.type === "text" ? child.value : "")).join("");
    return <CodeBlock code={text?.replace(/\n$/, "") ?? ""} language={language} />;
  },
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="scroll" aria-label="Table" tabIndex={0}>
      <table>{children}</table>
    </section>
  ),
};
