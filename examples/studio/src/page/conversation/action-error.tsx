import { ClientError, type ClientErrorCode } from "@runwire/client";
import { useThreadState } from "@runwire/react";
import { useChat } from "../chat.ts";
import { Icon } from "../icon.tsx";
import { explain } from "./explain.ts";

/** What a new page may cure. Otherwise one tries again what one did: a message that did not go out is back in the field. */
const cured = new Set<ClientErrorCode>(["unauthorized", "protocol", "server"]);

/** What went wrong between here and the server. A run that failed says so at its own end. */
export function ActionError() {
  const error = useThreadState(useChat(), (state) => state.error);
  if (!ClientError.is(error)) return null;
  return (
    <div className="notice" role="alert">
      <Icon name="alert" />
      <p>{explain(error)}</p>
      {cured.has(error.code) && (
        <button type="button" onClick={() => location.reload()}>
          Reload
        </button>
      )}
    </div>
  );
}
