import { useCallback, useState } from "react";
import { OpenConversation } from "./conversation/open-conversation.tsx";
import { adopt, usePlace } from "./route.ts";
import { Sidebar } from "./threads/sidebar.tsx";
import { useStudio } from "./use-studio.ts";

export function App() {
  const { thread, visit } = usePlace();
  const [version, setVersion] = useState(0);
  const studio = useStudio();
  const onActivity = useCallback((thread: string) => {
    adopt(thread);
    setVersion((version) => version + 1);
  }, []);
  return (
    <>
      <Sidebar current={thread} version={version} />
      <OpenConversation
        key={visit}
        thread={thread}
        onActivity={onActivity}
        note={noteOf(studio?.model)}
      />
    </>
  );
}

function noteOf(model: string | null | undefined): string {
  if (model === undefined) return "";
  if (model !== null) return `${model} can be wrong. Check what matters.`;
  return "No OPENAI_API_KEY: scripts answer in a model’s place. Tools, approvals and the run’s log are real.";
}
