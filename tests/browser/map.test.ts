import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { ALONE, deadPort, estate, scan, shop } from "./lab/graph.ts";
import { noBrowser } from "./lib/chromium.ts";
import { expect } from "./lib/expect.ts";
import { answerOnlyFirst } from "./lib/first-answer.ts";
import { drawnNode, edgeLabel, labelledEdges, litElements, placeOf, viewOf } from "./lib/map.ts";
import { screenshot } from "./lib/screenshot.ts";
import { consoleSuite } from "./lib/suite.ts";

describe("the service map", { skip: noBrowser }, () => {
  const suite = consoleSuite();
  beforeEach(async () => {
    await suite.open("map");
    await suite.page.locator(".map-picture canvas").first().waitFor();
  });

  const map = () => suite.page.getByTestId("map");
  const rows = () => suite.page.locator("tbody tr[data-index]");
  const details = () => suite.page.getByTestId("details");
  const edgesListed = (count: number) =>
    expect(suite.page.locator("table")).toHaveAttribute("aria-rowcount", String(count + 1));

  it("shows every endpoint, and every edge in the table too", async () => {
    const { nodes, links } = shop(false, 0);
    await expect(map()).toHaveAttribute("data-nodes", String(nodes.length));
    await edgesListed(links.length);
    assert.deepEqual(suite.complaints, []);
  });

  it("frames the containers of each Compose project, and the host's processes", async () => {
    const groups: Record<string, string | undefined> = {};
    for (const { id } of shop(false, 0).nodes) groups[id] = (await drawnNode(suite.page, id))?.group;
    assert.deepEqual(groups, GROUPS);
  });

  it("colours each family by its name: a reload changes nothing, in whatever order its nodes come", async () => {
    const colors = async () =>
      await Promise.all(shop(false, 0).nodes.map(async ({ id }) => [id, (await drawnNode(suite.page, id))?.color]));
    const before = await colors();
    suite.server.lab.graph = (monitoring, seconds) => {
      const { nodes, links, ...rest } = shop(monitoring, seconds);
      return { ...rest, nodes: nodes.reverse(), links: links.reverse() };
    };
    await suite.page.reload();
    await expect(map()).toHaveAttribute("data-nodes", String(before.length));
    assert.deepEqual(await colors(), before);
    assert.equal(new Set(before.map(([, color]) => color)).size, 6);
  });

  it("tells rates in its first picture, and colours what flows", async () => {
    await answerOnlyFirst(suite.page, "**/api/graph*");
    await suite.page.reload();
    await expect(rows().first()).toContainText(/12 MB\/s/);
    assert.match(await rows().first().innerText(), /etl-ingest-1\s+etl-queue-1\s+5672/);
    await screenshot(suite.page, "map-rates");
  });

  it("shows the monitoring's own traffic only when asked, and keeps that in the address", async () => {
    const box = suite.page.getByLabel("Monitoring’s own traffic");
    await box.check();
    await expect(map()).toHaveAttribute("data-nodes", "17");
    await expect(suite.page).toHaveURL(/monitoring=1/);
    await box.uncheck();
    await expect(map()).toHaveAttribute("data-nodes", "14");
  });

  it("shows what has been unused for long only when asked", async () => {
    suite.server.lab.graph = (monitoring, seconds) => {
      const graph = shop(monitoring, seconds);
      return {
        ...graph,
        links: graph.links.map((link) => (link.source === "registry" ? { ...link, idle_seconds: 1200 } : link)),
      };
    };
    await expect(map()).toHaveAttribute("data-nodes", "13");
    assert.equal(await drawnNode(suite.page, "registry"), undefined);
    await suite.page.getByLabel("Idle for over 5 minutes").check();
    await expect(map()).toHaveAttribute("data-nodes", "14");
    await expect(suite.page).toHaveURL(/idle=1/);
  });

  it("finds endpoints by name, project and port, and says how many", async () => {
    const search = suite.page.getByLabel("Search");
    const note = suite.page.locator(".note");
    await search.fill("cart");
    await expect(note).toHaveText("1 endpoint found");
    await search.fill("etl");
    await expect(note).toHaveText("3 endpoints found");
    await search.fill("5432");
    await expect(note).toHaveText("2 edges on port 5432");
    await edgesListed(2);
    await screenshot(suite.page, "map-search");
    await search.fill("no such thing");
    await expect(note).toHaveText("No match");
    await suite.page.getByText("No edge matches the search.").waitFor();
  });

  it("marks how each container does, and follows when that changes", async () => {
    const level = async (id: string) => (await drawnNode(suite.page, id))?.level;
    const levels = {
      "shop-web-1": "open",
      "shop-api-1": "open",
      "shop-cart-1": "failed",
      "shop-search-1": "closed",
      world: "",
    };
    for (const [id, expected] of Object.entries(levels)) assert.equal(await level(id), expected, id);
    suite.server.lab.graph = (monitoring, seconds) => {
      const { nodes, ...rest } = shop(monitoring, seconds);
      return {
        ...rest,
        nodes: nodes.map((node) => (node.id === "shop-cart-1" ? { ...node, health: "healthy" } : node)),
      };
    };
    await expect.poll(() => level("shop-cart-1")).toBe("open");
  });

  it("draws a port that fails apart from those that work", async () => {
    suite.server.lab.graph = deadPort;
    await expect(map()).toHaveAttribute("data-edges", String(deadPort(false, 0).links.length));
    assert.equal(await edgeLabel(suite.page, "etl-worker-1\nshop-db-1\nfailing"), ":9999 fails 100 %");
    assert.match(await edgeLabel(suite.page, "etl-worker-1\nshop-db-1"), /^\d+ kB\/s\n\d+ µs$/);
    await screenshot(suite.page, "map-dead-port");
  });

  it("writes nothing at an edge that carries nothing now", async () => {
    await expect(rows().first()).toContainText(/12 MB\/s/);
    assert.match(await edgeLabel(suite.page, "etl-ingest-1\nworld"), /MB\/s\n/);
    assert.equal(await edgeLabel(suite.page, "registry\nworld"), "");
  });

  it("lights the edge with a port and its ends when it is searched for, and all again, where it was, without", async () => {
    suite.server.lab.graph = deadPort;
    await expect(map()).toHaveAttribute("data-edges", String(deadPort(false, 0).links.length));
    const [all, view] = [await litElements(suite.page), await viewOf(suite.page)];
    const search = suite.page.getByLabel("Search");
    await search.fill("9999");
    await edgesListed(1);
    await expect.poll(() => litElements(suite.page)).toEqual(["etl-worker-1", "etl-worker-1→shop-db-1!", "shop-db-1"]);
    await search.fill("");
    await edgesListed(deadPort(false, 0).links.length);
    await expect.poll(() => litElements(suite.page)).toEqual(all);
    await expect.poll(() => viewOf(suite.page)).toEqual(view);
  });

  it("keeps search and choice in the address, and undoes one after the other with Back", async () => {
    await suite.open("containers");
    await suite.open("map");
    const search = suite.page.getByLabel("Search");
    await search.fill("etl");
    await expect(suite.page).toHaveURL(/search=etl$/);
    await search.fill("etl-worker");
    await expect(suite.page).toHaveURL(/search=etl-worker$/);
    await edgesListed(2);
    await rows().filter({ hasText: "etl-queue-1" }).getByRole("button").click();
    const heading = details().getByRole("heading", { level: 2 });
    await expect(heading).toHaveText("etl-worker-1 → etl-queue-1");
    await details().getByRole("button", { name: "etl-queue-1" }).click();
    await expect(suite.page).toHaveURL(/node=etl-queue-1/);
    await suite.page.reload();
    await expect(heading).toHaveText("etl-queue-1");
    await expect(search).toHaveValue("etl-worker");
    await suite.page.goBack();
    await expect(heading).toHaveText("etl-worker-1 → etl-queue-1");
    await suite.page.goBack();
    await expect(details()).toHaveCount(0);
    await expect(search).toHaveValue("etl-worker");
    await suite.page.goBack();
    await expect(search).toHaveValue("");
    await expect(suite.page).toHaveURL(/#\/map$/);
    await edgesListed(shop(false, 0).links.length);
    await suite.page.goBack();
    await expect(suite.page).toHaveURL(/containers$/);
  });

  it("tells about the node that is clicked, and about nothing where nothing is", async () => {
    const at = await drawnNode(suite.page, "shop-db-1");
    assert.ok(at);
    await suite.page.mouse.click(at.x, at.y);
    await expect(details().getByRole("heading", { level: 2 })).toHaveText("shop-db-1");
    await details().getByText("Incoming").waitFor();
    await edgesListed(2);
    await screenshot(suite.page, "map-node");
    await suite.page.getByRole("button", { name: "Close details" }).click();
    await expect(details()).toHaveCount(0);
  });

  it("fills its frame again once the details are closed, unless it was moved by hand", async () => {
    const share = () =>
      suite.page.evaluate<number>(`(() => {
        const cy = document.querySelector(".map-picture")?._cyreg?.cy;
        if (!cy) return 0;
        const { w, h } = cy.nodes().renderedBoundingBox();
        return Math.max(w / cy.width(), h / cy.height());
      })()`);
    const width = async () => (await map().boundingBox())?.width ?? 0;
    const whole = await width();
    for (const close of [
      () => suite.page.getByRole("button", { name: "Close details" }).click(),
      () => suite.page.goBack(),
    ]) {
      await suite.open("map?node=shop-db-1");
      // Its first picture is made for the part of the frame that the details leave.
      await suite.page.reload();
      await details().waitFor();
      await expect.poll(share).toBeGreaterThan(0.85);
      assert.ok((await width()) < whole);
      await close();
      await expect(details()).toHaveCount(0);
      await expect.poll(share).toBeGreaterThan(0.85);
    }
    await suite.page.locator(".map-picture").focus();
    await suite.page.keyboard.press("-");
    const moved = await viewOf(suite.page);
    await suite.open("map?node=shop-db-1");
    await details().waitFor();
    await suite.page.getByRole("button", { name: "Close details" }).click();
    await expect(details()).toHaveCount(0);
    await expect.poll(width).toBe(whole);
    assert.equal((await viewOf(suite.page)).zoom, moved.zoom);
  });

  it("tells about an edge chosen with the keyboard, and gives the focus back at Escape", async () => {
    // By name, so that no row moves while it is walked to.
    await suite.page.getByRole("columnheader", { name: "From" }).getByRole("button").click();
    await rows().first().getByRole("button").focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "Enter"]) await suite.page.keyboard.press(key);
    const button = rows().nth(2).getByRole("button");
    await expect(button).toHaveAttribute("aria-pressed", "true");
    const [source, destination] = await rows().nth(2).locator(".name").allInnerTexts();
    await expect(details().getByRole("heading", { level: 2 })).toHaveText(`${source} → ${destination}`);
    await details().getByText("Retransmits").waitFor();
    await screenshot(suite.page, "map-edge");
    await suite.page.keyboard.press("Escape");
    await expect(details()).toHaveCount(0);
    await expect(button).toBeFocused();
  });

  it("leads from an edge to its end, on to its flows and to its dashboard", async () => {
    await rows().first().getByRole("button").click();
    await details().getByRole("button", { name: "etl-queue-1" }).click();
    await details().getByText("Incoming").waitFor();
    const dashboard = details().getByRole("link", { name: "Container dashboard" });
    await expect(dashboard).toHaveAttribute("href", /var-container=etl-queue-1/);
    await details().getByRole("link", { name: "Flows of etl-queue-1" }).click();
    await expect(suite.page).toHaveURL(/flows\?container=etl-queue-1/);
    await suite.page.getByRole("button", { name: "Only etl-queue-1" }).waitFor();
  });

  it("keeps every node in its place when it refreshes", async () => {
    const places = () => Promise.all(Object.keys(GROUPS).map((id) => drawnNode(suite.page, id)));
    const before = await places();
    await expect(rows().first()).toContainText(/MB\/s/);
    assert.deepEqual(await places(), before);
  });

  it("keeps every node in its place when an endpoint comes or goes, and after a reload", async () => {
    const whole = (_: boolean, seconds: number) => estate(28, seconds);
    const gone = "chat-redis-1";
    const without = (monitoring: boolean, seconds: number) => {
      const { nodes, links, ...rest } = whole(monitoring, seconds);
      const left = links.filter(({ source, destination }) => source !== gone && destination !== gone);
      return { ...rest, nodes: nodes.filter(({ id }) => id !== gone), links: left };
    };
    suite.server.lab.graph = without;
    const ends = without(false, 0).links.flatMap(({ source, destination }) => [source, destination]);
    const ids = [...new Set(ends)];
    await suite.page.reload();
    await expect(map()).toHaveAttribute("data-nodes", String(ids.length));
    const places = () => Promise.all(ids.map((id) => placeOf(suite.page, id)));
    const before = await places();
    suite.server.lab.graph = whole;
    await expect(map()).toHaveAttribute("data-nodes", String(ids.length + 1));
    await screenshot(suite.page, "map-one-more");
    assert.deepEqual(await places(), before);
    const added = await placeOf(suite.page, gone);
    suite.server.lab.graph = without;
    await expect(map()).toHaveAttribute("data-nodes", String(ids.length));
    assert.deepEqual(await places(), before);
    suite.server.lab.graph = whole;
    await expect(map()).toHaveAttribute("data-nodes", String(ids.length + 1));
    assert.deepEqual(await placeOf(suite.page, gone), added);
    await suite.page.reload();
    await expect(map()).toHaveAttribute("data-nodes", String(ids.length + 1));
    assert.deepEqual([await places(), await placeOf(suite.page, gone)], [before.map(rounded), rounded(added)]);
  });

  it("writes at nearly every edge between 28 endpoints what it carries", async () => {
    suite.server.lab.graph = (_, seconds) => estate(28, seconds);
    await suite.page.reload();
    await expect(map()).toHaveAttribute("data-edges", "30");
    const labelled = await labelledEdges(suite.page);
    assert.ok(labelled >= 28, `${labelled} of 30`);
  });

  it("writes names and failing ports in full size on a telephone", async () => {
    suite.server.lab.graph = deadPort;
    await expect(map()).toHaveAttribute("data-edges", String(deadPort(false, 0).links.length));
    await suite.page.setViewportSize({ width: 390, height: 844 });
    const drawn = async () => await Promise.all(Object.keys(GROUPS).map((id) => drawnNode(suite.page, id)));
    const isSeen = ({ x }: { x: number }) => x > 20 && x < 370;
    await expect.poll(async () => (await drawn()).every((node) => node && isSeen(node))).toBe(true);
    await expect.poll(async () => (await viewOf(suite.page)).zoom).toBeGreaterThan(0.97);
    assert.match(await edgeLabel(suite.page, "etl-worker-1\nshop-db-1\nfailing"), /^:9999/);
    await screenshot(suite.page, "map-phone");
  });

  it("moves and zooms with the keyboard, and shows all again", async () => {
    const press = async (key: string) => {
      await suite.page.keyboard.press(key);
      return await viewOf(suite.page);
    };
    const all = await viewOf(suite.page);
    await suite.page.locator(".map-picture").focus();
    const larger = await press("+");
    assert.ok(larger.zoom > all.zoom * 1.2);
    assert.ok((await press("ArrowRight")).x < larger.x);
    assert.ok((await press("ArrowDown")).y < larger.y);
    // Names are written larger on a small picture, so that it fits a little differently each time.
    assert.ok(Math.abs((await press("0")).zoom / all.zoom - 1) < 0.1);
  });

  it("sorts its edges by any column, and says so", async () => {
    const heading = suite.page.getByRole("columnheader", { name: "Opened" });
    await heading.getByRole("button").click();
    await expect(heading).toHaveAttribute("aria-sort", "descending");
    await heading.getByRole("button").click();
    await expect(heading).toHaveAttribute("aria-sort", "ascending");
    await expect(rows().first()).toContainText("host/sshd");
  });

  it("tells of a scan: its first ports, then all others as one edge, which leads to flows of any port", async () => {
    suite.server.lab.graph = scan;
    const heading = suite.page.getByRole("columnheader", { name: "Port" });
    await expect(map()).toHaveAttribute("data-nodes", "2");
    await heading.getByRole("button").click();
    await expect(rows().first()).toContainText(/scanner\s*scanned\s*~many/);
    await rows().first().getByRole("button").click();
    await details().getByRole("heading", { name: "All other ports" }).waitFor();
    await expect(details().getByRole("link", { name: "Show flows" }).last()).toHaveAttribute("href", /^(?!.*port=)/);
    await screenshot(suite.page, "map-scan");
    assert.deepEqual(suite.complaints, []);
  });

  it("says that there is nothing to draw yet", async () => {
    suite.server.lab.graph = () => ({ scope: ALONE, left_out: 0, nodes: [], links: [] });
    await suite.page.getByText("No traffic has been seen yet").waitFor();
    await screenshot(suite.page, "map-empty");
  });
});

const GROUPS = Object.fromEntries(
  shop(false, 0).nodes.map(({ id, kind, compose_project }) => [id, kind === "process" ? "this host" : compose_project]),
);

function rounded({ x, y }: { x: number; y: number }): { x: number; y: number } {
  return { x: Math.round(x), y: Math.round(y) };
}
