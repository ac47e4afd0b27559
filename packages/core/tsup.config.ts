import { defineConfig } from "tsup";

export default defineConfig({
  entry: {
    index: "src/index.ts",
    protocol: "src/protocol/index.ts",
    schema: "src/schema/index.ts",
    testing: "src/testing/index.ts",
  },
  format: "esm",
  target: "es2022",
  dts: true,
  clean: true,
  sourcemap: true,
});
