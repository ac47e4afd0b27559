export { type CodeAct, type CodeActOptions, codeAct } from "./code-act.ts";
export { type CodeInput, type CodeTool, type CodeToolOptions, codeTool } from "./code-tool.ts";
export type { CallableTools } from "./host-tools.ts";
export { type HttpOptions, http } from "./http.ts";
export { type JavascriptOptions, javascript } from "./javascript.ts";
export { type NativePythonOptions, nativePython } from "./native-python.ts";
export type { CodeOutput, SavedFile } from "./observation.ts";
export { type OneCompilerOptions, oneCompiler } from "./one-compiler.ts";
export { type PythonOptions, python } from "./python.ts";
export type {
  Artifact,
  Caps,
  HostTool,
  HostTools,
  Isolation,
  Limits,
  OpenOptions,
  ProgramError,
  ProgramErrorKind,
  Rich,
  RunOptions,
  RunResult,
  Sandbox,
  SandboxContext,
  SyntaxIssue,
} from "./sandbox.ts";
export { SandboxError, type SandboxErrorCode, type SandboxErrorOptions } from "./sandbox-error.ts";
export type { Sharing } from "./sessions.ts";
