import { useThreadState } from "@runwire/react";
import { useChat } from "../chat.ts";
import { Icon } from "../icon.tsx";

const sentences = {
  reconnecting: "Connection lost. Reconnecting… What runs goes on without you.",
  offline: "You are offline. It goes on as soon as you are back.",
} as const;

export function ConnectionBanner() {
  const connection = useThreadState(useChat(), (state) => state.connection);
  // Always there, so that screen readers hear what comes into it.
  return (
    <div role="status">
      {(connection === "reconnecting" || connection === "offline") && (
        <p className="banner">
          <Icon name="clock" />
          {sentences[connection]}
        </p>
      )}
    </div>
  );
}
