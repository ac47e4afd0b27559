import { defineConfig } from "tsup";

const entry = { index: "src/index.ts", e2b: "src/e2b.ts" };

export default defineConfig({
  entry: {
    ...entry,
    "guest/python": "src/guest/python.ts",
    "guest/javascript": "src/guest/javascript.ts",
  },
  format: "esm",
  target: "es2022",
  dts: { entry },
  // A guest may read nothing of this package but its own file.
  splitting: false,
  removeNodeProtocol: false,
  clean: true,
  sourcemap: true,
});
