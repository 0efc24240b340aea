// The program under test: the real binary, started, killed, started again.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, mkdirSync, rmSync } from "node:fs";
import path from "node:path";

export class Server {
  #child;
  #log;

  /** @param {string} keep the folder that the log is written into */
  constructor(keep) {
    rmSync(keep, { recursive: true, force: true });
    mkdirSync(keep, { recursive: true });
    this.logFile = path.join(keep, "server.log");
    this.#log = createWriteStream(this.logFile);
    process.on("exit", () => this.#child?.kill("SIGKILL"));
  }

  /** Starts it, at the port it had before if it had one; resolves when it listens. `env` is what it is told beside. */
  async start(env = {}) {
    const port = this.origin ? new URL(this.origin).port : "0";
    const child = spawn(process.env.HAGGLE_BIN, ["serve", "--addr", `127.0.0.1:${port}`], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, HAGGLE_PUSH_ALLOW: "127.0.0.0/8", HAGGLE_PUSH_AFTER: "1s", ...env },
    });
    this.#child = child;
    child.stderr.pipe(this.#log, { end: false });
    child.stdout.pipe(this.#log, { end: false });
    this.origin = await new Promise((resolve, reject) => {
      let said = "";
      child.stdout.on("data", (text) => {
        said += text;
        const found = said.match(/http:\/\/127\.0\.0\.1:\d+/);
        if (found) resolve(found[0]);
      });
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`haggle ended with ${code}; see ${this.logFile}`)));
    });
  }

  /** Ends it: in good order with SIGTERM, without a chance with SIGKILL. */
  async stop(signal = "SIGTERM") {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }
}
