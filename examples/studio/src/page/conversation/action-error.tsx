import { ClientError } from "@runwire/client";
import { useThreadState } from "@runwire/react";
import { useChat } from "../chat.ts";
import { Icon } from "../icon.tsx";
import { explain } from "./explain.ts";

/** What went wrong between here and the server. A run that failed says so at its own end. */
export function ActionError() {
  const error = useThreadState(useChat(), (state) => state.error);
  if (!ClientError.is(error)) return null;
  const over = error.code === "gone" || error.code === "not-found";
  return (
    <div className="notice" role="alert">
      <Icon name="alert" />
      <p>{explain(error)}</p>
      {!over && (
        <button type="button" onClick={() => location.reload()}>
          Reload
        </button>
      )}
    </div>
  );
}
