// What the tests act with: a marketplace, and people with browser windows in it.

import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { Server } from "./server.mjs";

export const PASSWORD = "correct horse battery";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const KEEP = process.env.HAGGLE_KEEP;

const ARGS = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The program under test, a browser, and everybody who is in it. */
export class Market {
  #server = new Server(KEEP);
  #people = [];
  #browsers = [];

  static async open() {
    const market = new Market();
    [market.browser] = await Promise.all([market.newBrowser(), market.#server.start()]);
    return market;
  }

  /**
   * Another browser than the one that people share: pass it on as the option `browser`. With
   * `keepsPages` it keeps pages for "Back", as people's browsers do and Playwright's doesn't.
   */
  async newBrowser({ keepsPages = false } = {}) {
    const ignoreDefaultArgs = keepsPages ? ["--disable-back-forward-cache"] : [];
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: ARGS, ignoreDefaultArgs });
    this.#browsers.push(browser);
    return browser;
  }

  get origin() {
    return this.#server.origin;
  }

  /**
   * Somebody with a window of their own, not signed in. `options` are Playwright's for a context:
   * `javaScriptEnabled`, `viewport`, `colorScheme`, `reducedMotion`, … A service worker is installed where `worker` is
   * true: it fetches a dozen files in each new browser, and what Playwright routes doesn't go through it.
   */
  async newPerson(name, { browser = this.browser, worker = false, ...options } = {}) {
    const serviceWorkers = worker ? "allow" : "block";
    const context = await browser.newContext({ baseURL: this.origin, serviceWorkers, ...options });
    context.setDefaultTimeout(30_000);
    const person = new Person(name, context);
    this.#people.push(person);
    person.page = await person.newTab();
    return person;
  }

  /** A registered and signed-in buyer, without going through the pages. */
  async newBuyer(name, options) {
    return (await this.newPerson(name, options)).register("buyer");
  }

  async newSeller(name, options) {
    return (await this.newPerson(name, options)).register("seller");
  }

  /** A signed-in admin, made as an operator makes one: by the command, beside the running program. */
  async newAdmin(name, options) {
    const person = await this.newPerson(name, options);
    const program = ["create-admin", "--email", person.email];
    const env = { ...process.env, HAGGLE_ADMIN_PASSWORD: PASSWORD };
    await promisify(execFile)(process.env.HAGGLE_BIN, program, { env });
    await person.signIn();
    await person.setUpSecondFactor();
    return person;
  }

  /** The program is gone at once, whatever it was doing. */
  kill() {
    return this.#server.stop("SIGKILL");
  }

  /** Starts it again after `kill`, at the same address. */
  start(env) {
    return this.#server.start(env);
  }

  /** Fails if any window saw an error that its person didn't expect. */
  checkComplaints() {
    const complaints = this.#people.flatMap((person) => person.complaints);
    if (complaints.length) throw new Error(`the browser complained:\n  ${complaints.join("\n  ")}`);
  }

  /** Pictures of all windows, beside the server's log; says where they are. */
  async keepEvidence() {
    const tabs = this.#people.flatMap((person) => person.context.pages().map((page, n) => ({ person, page, n })));
    await Promise.allSettled(
      tabs.map(({ person, page, n }) =>
        page.screenshot({ path: path.join(KEEP, `${person.name}-${n + 1}.png`), fullPage: true, timeout: 5_000 }),
      ),
    );
    const places = tabs.map(({ person, page }) => `${person.name} is at ${page.url()}`);
    return [...places, ...this.#people.flatMap((person) => person.complaints), `Kept: ${KEEP}`].join("\n");
  }

  async close() {
    await Promise.allSettled(this.#browsers.map((browser) => browser.close()));
    await this.#server.stop();
  }
}

/** Somebody with a browser of their own: cookies, storage, tabs. */
export class Person {
  complaints = [];
  #expected = [];

  constructor(name, context) {
    this.name = name;
    this.context = context;
    this.email = `${name.toLowerCase().replaceAll(" ", ".")}@example.com`;
    context.on("page", (page) => this.#listen(page));
    context.on("weberror", (error) => this.#complain(error.error().stack ?? String(error.error())));
  }

  async newTab(address) {
    const page = await this.context.newPage();
    if (address) await page.goto(address);
    return page;
  }

  /** Errors that match are part of the test: `ana.expect(/status of 404/)`. */
  expect(pattern) {
    this.#expected.push(pattern);
    this.complaints = this.complaints.filter((text) => !pattern.test(text));
    return this;
  }

  async register(role) {
    await this.#send("/register", { name: this.name, email: this.email, password: PASSWORD, role });
    return this;
  }

  async signIn() {
    await this.#send("/login", { email: this.email, password: PASSWORD });
    return this;
  }

  /** As an authenticator app does (RFC 6238); gives a recovery code. */
  async setUpSecondFactor() {
    await this.page.goto("/account/second-factor");
    const secret = await this.page.textContent(".enrol-secret");
    const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    const bits = [...secret].map((letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
    const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
    const step = Buffer.alloc(8);
    step.writeBigInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
    const hmac = createHmac("sha1", key).update(step).digest();
    const code = (hmac.readUInt32BE(hmac[19] & 15) & 0x7fffffff) % 1_000_000;
    await this.page.fill("#code", String(code).padStart(6, "0"));
    await this.page.click("text=Turn it on");
    return this.page.locator(".recovery-codes li").first().textContent();
  }

  /** Offers something, through the form's address; gives the product's path. */
  async offer(fields) {
    const place = await this.#send("/seller/products", {
      description: "In good order.",
      price: "25.00",
      currency: "EUR",
      category: "home",
      condition: "good",
      place: "Lisbon",
      ...fields,
    });
    return place;
  }

  /** Fails with a line for everything on the page that WCAG 2.2 AA forbids. */
  async axe(page = this.page) {
    // Evaluated over the debugging protocol, to which the page's content policy doesn't apply.
    await page.evaluate(AXE);
    const { violations } = await page.evaluate((values) => window.axe.run({ runOnly: { type: "tag", values } }), WCAG);
    const lines = violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${help}\n    ${target}\n    ${failureSummary}`),
    );
    if (lines.length) throw new Error(`axe, at ${page.url()}:\n  ${lines.join("\n  ")}`);
  }

  /** Posts a form with this browser's cookies; gives the path it was sent on to. */
  async #send(address, form) {
    const answer = await this.context.request.post(address, { form, maxRedirects: 0 });
    if (answer.status() !== 303) throw new Error(`${address}: ${answer.status()}\n${await answer.text()}`);
    return answer.headers().location;
  }

  #listen(page) {
    page.on("console", (message) => {
      if (message.type() === "error") this.#complain(`${message.text()} (${message.location().url})`);
    });
  }

  #complain(text) {
    if (!this.#expected.some((pattern) => pattern.test(text))) this.complaints.push(`${this.name}: ${text}`);
  }
}
