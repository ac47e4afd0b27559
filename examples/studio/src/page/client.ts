import { createClient } from "@runwire/client";
import type { StudioHandler } from "../server/studio.ts";

/** Knows the server's agents by their types; nothing of the server gets into the page. */
export const client = createClient<StudioHandler>({ url: "/api" });
