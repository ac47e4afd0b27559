import "@runwire/core";

process.stdout.write("Hello, world.\n");
