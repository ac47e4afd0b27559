/** A promise that a log does not keep. */
export interface Problem {
  /** Which of the checks found it. */
  readonly check:
    | "order"
    | "epochs"
    | "commands"
    | "cancel"
    | "messages"
    | "approvals"
    | "usage"
    | "effects";
  readonly message: string;
  /** The event that it shows at. */
  readonly seq?: number;
}
