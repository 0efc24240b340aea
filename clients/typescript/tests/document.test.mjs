// The types are the document's, and the document is sound.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

const cwd = new URL("..", import.meta.url);
const run = (program, ...parameters) =>
  promisify(execFile)(process.execPath, [`node_modules/${program}`, ...parameters], {
    cwd,
    env: { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" },
  }).catch(({ stdout, stderr }) => assert.fail(`${stdout}${stderr}`));

test("src/schema.ts is what the document gives (npm run generate)", () =>
  run("openapi-typescript/bin/cli.js", "../openapi.json", "--output", "src/schema.ts", "--check"));

test("nothing of the document is found fault with", async () => {
  const { stdout, stderr } = await run("@redocly/cli/bin/cli.js", "lint", "../openapi.json", "--config", "redocly.yaml");
  assert.match(stdout + stderr, /Your API description is valid/);
  assert.doesNotMatch(stdout + stderr, /\d+ warning/);
});
