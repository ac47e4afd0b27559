import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  build: {
    // For debugging what one looks at; nobody pays for it otherwise.
    sourcemap: true,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Changes seldom, so browsers keep it.
          groups: [{ name: "vendor", test: /node_modules/, tags: ["$initial"] }],
        },
      },
    },
  },
});
