import { type ReactNode, use, useEffect, useState } from "react";
import { CopyButton } from "../copy-button.tsx";
import { Writing } from "./writing.ts";

/** A block of code. Colours come once it is complete, by a highlighter that is loaded for the first one. */
export function CodeBlock({ code, language }: { code: string; language?: string | undefined }) {
  const writing = use(Writing);
  const colored = useColors(code, writing ? undefined : language);
  return (
    <figure className="code">
      <figcaption>
        <span>{language ?? "text"}</span>
        <CopyButton text={() => code} what="code" />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>{colored ?? code}</code>
      </pre>
    </figure>
  );
}

function useColors(code: string, language: string | undefined): ReactNode {
  const [colored, setColored] = useState<ReactNode>();
  useEffect(() => {
    if (language === undefined) return;
    let current = true;
    import("./highlight.ts").then(
      ({ highlight }) => current && setColored(highlight(code, language)),
      // Without colours the code reads just as well.
      () => {},
    );
    return () => {
      current = false;
      setColored(undefined);
    };
  }, [code, language]);
  return colored;
}
