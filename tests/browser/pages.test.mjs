// Every page: nothing complains, nothing scrolls sideways, and WCAG 2.2 AA holds, small and light as
// well as large and dark, with nothing to show and with something.

import { ChatPage, pair, roomOf } from "./chat_page.mjs";

const SMALL = { viewport: { width: 390, height: 844 }, colorScheme: "light" };
const LARGE = { viewport: { width: 1280, height: 900 }, colorScheme: "dark" };

export default async function (market) {
  const people = { visitor: "newPerson", newcomer: "newSeller", admin: "newAdmin" };
  for (const [name, make] of Object.entries(people)) people[name] = await market[make](name);
  await visit(people.visitor, ["/", "/products", "/login", "/register"]);
  await visit(people.newcomer, ["/messages", "/account", "/seller/dashboard", "/seller/products/new"]);

  const { seller, buyer, product, hers } = await pair(market);
  await hers.send("Does it come with a lock?");
  await hers.shows("Does it come with a lock?");
  const room = `/rooms/${await roomOf(buyer.page)}`;
  const his = new ChatPage(seller.page);
  await seller.page.goto(room);
  await his.send("It does.");
  await his.shows("Does it come with a lock?", "It does.");

  const sellers = await buyer.page.locator('a[href^="/sellers/"]').first().getAttribute("href");
  await visit(people.visitor, ["/", "/products", "/products?q=nothing+at+all", product, sellers]);
  await visit(buyer, [product, room, "/messages", "/messages?q=lock", "/messages?q=Tomas", "/messages?q=nothing"]);
  await visit(seller, [room, `${room}?at=1`, "/messages", "/messages?q=lock", "/seller/dashboard", `/seller${product}/edit`, "/account"]);
  const staff = ["", "/people", "/products", "/categories", "/audit", sellers].map((page) => `/admin${page}`);
  await visit(people.admin, staff);

  people.visitor.expect(/status of 404/);
  await visit(people.visitor, ["/nowhere"], 404);
}

async function visit({ page, axe, name }, addresses, status = 200) {
  for (const address of addresses) {
    const answer = await page.goto(address);
    if (answer.status() !== status) throw new Error(`${name} at ${address}: ${answer.status()}`);
    for (const look of [SMALL, LARGE]) {
      await page.setViewportSize(look.viewport);
      await page.emulateMedia({ colorScheme: look.colorScheme, reducedMotion: "reduce" });
      await noSidewaysScroll(page, address);
      await axe(page);
    }
  }
}

async function noSidewaysScroll(page, address) {
  const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  if (wide > seen) throw new Error(`${address} is ${wide} px wide in a window of ${seen} px`);
}
