import type { SourcePart } from "@runwire/core/protocol";

export function SourceView({ part: { url, title, quote } }: { part: SourcePart }) {
  const name = title ?? url ?? "Source";
  return (
    <p className="source">
      {url !== undefined && /^https?:/.test(url) ? (
        <a href={url} target="_blank" rel="noopener noreferrer nofollow">
          {name}
        </a>
      ) : (
        name
      )}
      {quote !== undefined && <q>{quote}</q>}
    </p>
  );
}
