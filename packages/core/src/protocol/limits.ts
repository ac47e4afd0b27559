/** Reaching one ends the run with `run.failed`, code `limit`. One budget for the tree of sub-agents. */
export interface Limits {
  /** Committed steps. Default 50. */
  readonly steps?: number;
  /** Input plus output tokens. Default: none. */
  readonly tokens?: number;
  /** USD; needs a model that reports cost. Default: none. */
  readonly cost?: number;
  /** Active time in ms: waiting does not count. Default: none. */
  readonly timeMs?: number;
}
