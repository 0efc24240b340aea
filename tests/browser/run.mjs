// node run.mjs FILE: runs one test file. Its default export is the test; it gets a Market.

import { pathToFileURL } from "node:url";
import { Market } from "./support.mjs";

const market = await Market.open();
// The end of our input is the end of the one who started us: leave nothing running.
process.stdin.on("end", () => market.close().finally(() => process.exit(1))).resume();

try {
  const { default: test } = await import(pathToFileURL(process.argv[2]));
  await test(market);
  market.checkComplaints();
} catch (error) {
  console.error(error.stack ?? error);
  console.error(await market.keepEvidence());
  process.exitCode = 1;
}
await market.close();
process.exit();
