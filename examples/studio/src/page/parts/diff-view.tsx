import { parsePatch } from "diff";

const kinds: Record<string, string> = { "+": "added", "-": "removed" };

/** A unified diff, line by line. Signs say what colours say. */
export function DiffView({ path, patch }: { path: string; patch: string }) {
  const hunks = parsePatch(patch).flatMap((file) => file.hunks);
  const count = (sign: string) =>
    hunks.flatMap(({ lines }) => lines).filter((line) => line.startsWith(sign)).length;
  return (
    <figure className="diff">
      <figcaption>
        <code>{path}</code>
        <span className="counts">
          <span className="added">+{count("+")}</span>{" "}
          <span className="removed">−{count("-")}</span>
        </span>
      </figcaption>
      {hunks.length === 0 ? (
        <p className="muted">No changes</p>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
        <pre tabIndex={0}>
          {hunks.map((hunk) => (
            <code key={`${hunk.oldStart} ${hunk.newStart}`}>
              {hunk.lines.map((line, i) => (
                <span key={i} className={`line ${kinds[line.charAt(0)] ?? ""}`}>
                  {line}
                  {"\n"}
                </span>
              ))}
            </code>
          ))}
        </pre>
      )}
    </figure>
  );
}
