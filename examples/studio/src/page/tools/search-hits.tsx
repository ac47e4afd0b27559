import type { CallOf } from "../types.ts";

type Output = Extract<CallOf<"search_docs">, { status: "completed" }>["output"];

export function SearchHits({ output }: { output: Output }) {
  if (output.hits.length === 0) return <p className="muted">Nothing in {output.pages} pages.</p>;
  return (
    <ol className="hits">
      {output.hits.map(({ path, heading, snippet }) => (
        <li key={`${path} ${heading} ${snippet}`}>
          <p>
            <strong>{heading}</strong> <code>{path}</code>
          </p>
          <p className="muted">{snippet}</p>
        </li>
      ))}
    </ol>
  );
}
