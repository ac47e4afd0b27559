import { createContext } from "react";

/** Whether the block around is still being written: costly work on it waits. */
export const Writing = createContext(false);
