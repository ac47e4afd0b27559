import type { CallOf } from "../types.ts";

/** Which page is being read, and how many are left. */
export function SearchProgress({ call }: { call: CallOf<"search_docs"> }) {
  const { progress, status } = call;
  if (progress === undefined || status !== "running") return null;
  return (
    <div className="progress">
      <progress max={progress.of} value={progress.done} aria-label="Pages read" />
      <p>
        <code>{progress.path}</code>
        <span>
          {progress.done} of {progress.of}
        </span>
      </p>
    </div>
  );
}
