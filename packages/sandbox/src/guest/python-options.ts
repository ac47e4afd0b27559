/** The process in which Python runs is started with these as JSON. */
export interface PythonGuestOptions {
  /** Pyodide's folder, with a slash at its end. */
  readonly pyodide: string;
  /** The file of a snapshot: the start takes a tenth of the time. */
  readonly snapshot?: string;
  /** Write such a file's content to fd 3, and end. */
  readonly build?: true;
  readonly fileBytes: number;
}
