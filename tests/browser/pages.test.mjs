// Every page that stands still: nothing complains, and WCAG 2.2 AA holds, small and large, light and dark.

const LOOKS = [
  { viewport: { width: 390, height: 844 }, colorScheme: "light" },
  { viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
];

const VISITORS = ["/login", "/register"];
const BUYERS = ["/account", "/messages"];

export default async function (market) {
  for (const look of LOOKS) {
    const visitor = await market.newPerson(`visitor ${look.colorScheme}`, look);
    await visit(visitor, VISITORS);
    const buyer = await market.newBuyer(`Ana ${look.colorScheme}`, look);
    await visit(buyer, BUYERS);
  }
}

async function visit(person, addresses) {
  for (const address of addresses) {
    const answer = await person.page.goto(address);
    if (answer.status() !== 200) throw new Error(`${address}: ${answer.status()}`);
    await noSidewaysScroll(person.page, address);
    await person.axe();
  }
}

async function noSidewaysScroll(page, address) {
  const [wide, seen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  if (wide > seen) throw new Error(`${address} is ${wide} px wide in a window of ${seen} px`);
}
