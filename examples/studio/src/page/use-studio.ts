import { useEffect, useState } from "react";

/** What the server says of itself. `model: null`: scripts answer. */
export interface StudioInfo {
  readonly model: string | null;
}

/** `undefined` until it is known: nothing on the page waits for it. */
export function useStudio(): StudioInfo | undefined {
  const [info, setInfo] = useState<StudioInfo>();
  useEffect(() => {
    const gone = new AbortController();
    fetch("/studio.json", { signal: gone.signal })
      .then((response) => response.json())
      .then(setInfo, () => {});
    return () => gone.abort();
  }, []);
  return info;
}
