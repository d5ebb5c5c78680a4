import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { CUT_OFF, cutOff, flowsOfNodes, NODES, TOGETHER, threeNodes } from "./lab/nodes.ts";
import { noBrowser } from "./lib/chromium.ts";
import { expect } from "./lib/expect.ts";
import { framesOf, placeOf } from "./lib/map.ts";
import { screenshot } from "./lib/screenshot.ts";
import { consoleSuite } from "./lib/suite.ts";

const [A, B] = NODES;

describe("the console over three nodes", { skip: noBrowser }, () => {
  const suite = consoleSuite();
  beforeEach(() => {
    suite.server.lab.graph = (_, seconds, node) => threeNodes(seconds, node);
    suite.server.lab.flows = flowsOfNodes();
    suite.server.lab.scope = TOGETHER;
  });

  const map = () => suite.page.getByTestId("map");
  const select = () => suite.page.getByRole("combobox", { name: "Node", exact: true });
  const rows = () => suite.page.locator("tbody tr[data-index]");
  const details = () => suite.page.getByTestId("details");
  const drawn = (node?: string) => drawnNodes(threeNodes(0, node).nodes.length);
  const drawnNodes = (count: number) => expect(map()).toHaveAttribute("data-nodes", String(count));
  const fallsBack = () => {
    suite.server.lab.graph = (_, seconds, node) => cutOff(seconds, node);
    suite.server.lab.scope = CUT_OFF;
  };

  it("frames each node around the frames of its projects, and what is on none stands alone", async () => {
    await suite.open();
    await drawn();
    const frames = await framesOf(suite.page);
    assert.deepEqual(frames["shop-api-1@node-b"], ["shop", B]);
    assert.deepEqual(frames["shop-api-1@node-a"], ["shop", A]);
    assert.deepEqual(frames["registry@node-c"], ["node-c"]);
    assert.deepEqual(frames["host/sshd@node-a"], ["host", A]);
    assert.deepEqual(frames.world, []);
    assert.equal(Object.keys(frames).length, threeNodes(0).nodes.length);
    await screenshot(suite.page, "nodes-map");
    assert.deepEqual(suite.complaints, []);
  });

  it("frames no two nodes into each other, and nothing of one in another's", async () => {
    for (const viewport of [
      { width: 1280, height: 800 },
      { width: 390, height: 844 },
    ]) {
      await suite.page.setViewportSize(viewport);
      await suite.open();
      await suite.page.reload();
      await drawn();
      assert.deepEqual(await overlaps(), [], `${viewport.width} px`);
    }
    await screenshot(suite.page, "nodes-map-narrow");
  });

  it("shows one node and what it talks to, keeps that in the address, and undoes it with Back", async () => {
    await suite.open();
    await drawn();
    await expect(select().locator("option")).toHaveText(["all nodes", ...NODES]);
    await select().selectOption(B);
    await drawn(B);
    await expect(suite.page).toHaveURL(/on=node-b/);
    await screenshot(suite.page, "nodes-one");
    await suite.page.reload();
    await drawn(B);
    await expect(select()).toHaveValue(B);
    await suite.page.goBack();
    await drawn();
    await expect(select()).toHaveValue("");
  });

  it("names both nodes of an edge, and says who has told of it", async () => {
    await suite.open();
    await drawn();
    await rows()
      .filter({ hasText: /shop-gateway-1\s*node-a\s*shop-api-1\s*node-b/ })
      .getByRole("button")
      .click();
    await expect(details().getByRole("heading", { level: 2 })).toHaveText("shop-gateway-1 → shop-api-1");
    await expect(details()).toContainText(/From node\s*node-a\s*To node\s*node-b\s*Seen by\s*both ends/);
    await expect(details()).toContainText("written since");
    await details().getByRole("button", { name: "shop-api-1" }).click();
    await expect(details()).toContainText(/Node\s*node-b/);
    await expect(details().getByRole("link", { name: "Container dashboard" })).toHaveCount(0);
    await screenshot(suite.page, "nodes-edge");
    await details().getByRole("link", { name: "Flows of shop-api-1" }).click();
    await expect(suite.page).toHaveURL(/container=shop-api-1.*on=node-b/);
    await expect(select()).toHaveValue(B);
    await expect(rows()).toHaveCount(1);
  });

  it("leads an edge of which one node is silent to that node, and says how its end is known", async () => {
    await suite.open();
    await drawn();
    await rows()
      .filter({ hasText: /chat-gateway-1\s*node-a\s*registry\s*node-c/ })
      .getByRole("button")
      .click();
    await expect(details()).toContainText(
      /To node\s*node-c\s*Seen by\s*its client’s node only; the other end by its address/,
    );
    await screenshot(suite.page, "nodes-addressed");
    await suite.page.setViewportSize({ width: 390, height: 844 });
    await screenshot(suite.page, "nodes-addressed-narrow");
    assert.deepEqual(suite.complaints, []);
  });

  it("draws links to ends that the answer does not list, and names that turn the text around them as they are written", async () => {
    const turning = "host/\u202egpj.exe";
    suite.server.lab.graph = (_, seconds, node) => {
      const { nodes, links, ...rest } = threeNodes(seconds, node);
      const renamed = nodes.map((one) => (one.id === "host/sshd@node-a" ? { ...one, name: turning } : one));
      return { ...rest, links, nodes: renamed.filter(({ id }) => id !== "registry@node-c") };
    };
    await suite.open();
    await drawn();
    await expect(rows().filter({ hasText: "registry@node-c" }).first()).toBeVisible();
    await suite.open("map?search=gpj");
    const row = rows().filter({ hasText: "host/\\u202egpj.exe" });
    await expect(row).toHaveCount(1);
    await row.getByRole("button").click();
    await expect(details().getByRole("heading", { level: 2 })).toHaveText("world → host/\\u202egpj.exe");
    assert.equal(await suite.page.evaluate("document.body.innerText.includes('\u202e')"), false);
    await screenshot(suite.page, "nodes-turning");
    assert.deepEqual(suite.complaints, []);
  });

  it("says of an answer that is none that it is not whole, and goes on once it is", async () => {
    const empty = () => suite.page.route("**/api/graph*", (route) => route.fulfill({ json: {} }));
    await empty();
    await suite.open();
    await suite.page.getByText("the exporter’s answer is not whole: nodes is missing").waitFor();
    await suite.page.unroute("**/api/graph*");
    await drawn();
    await empty();
    for (let times = 0; times < 2; times++) await suite.page.waitForResponse(/api.graph/);
    await drawn();
    await suite.page.unroute("**/api/graph*");
    assert.deepEqual(suite.complaints, []);
  });

  it("finds endpoints by the name of their node", async () => {
    await suite.open("map?search=node-b");
    await drawn();
    await expect(suite.page.locator(".note")).toHaveText("11 endpoints found");
  });

  it("shows this node alone while the store is away, says so, and all again once it is back", async () => {
    await suite.open();
    await drawn();
    fallsBack();
    const banner = suite.page.getByTestId("store-down");
    await expect(banner).toContainText("Only this node is shown");
    await expect(banner).toContainText("ECONNREFUSED");
    await drawnNodes(cutOff(0).nodes.length);
    assert.deepEqual((await framesOf(suite.page))["shop-api-1@node-a"], ["shop"]);
    await screenshot(suite.page, "nodes-cut-off");
    suite.server.lab.graph = (_, seconds, node) => threeNodes(seconds, node);
    await drawn();
    await expect(banner).toHaveCount(0);
    assert.deepEqual((await framesOf(suite.page))["shop-api-1@node-a"], ["shop", A]);
    assert.deepEqual(await overlaps(), []);
    assert.deepEqual(suite.complaints, []);
  });

  it("keeps every node in its place when one more container comes to a node, and finds it room there", async () => {
    const gone = "chat-redis-1@node-b";
    suite.server.lab.graph = (_, seconds, node) => {
      const { nodes, links, ...rest } = threeNodes(seconds, node);
      const left = links.filter(({ source, destination }) => source !== gone && destination !== gone);
      return { ...rest, nodes: nodes.filter(({ id }) => id !== gone), links: left };
    };
    await suite.open();
    const { nodes } = threeNodes(0);
    await drawnNodes(nodes.length - 1);
    const own = nodes.filter(({ id, node }) => id !== gone && node === B);
    const places = () => Promise.all(own.map(({ id }) => placeOf(suite.page, id)));
    const before = await places();
    suite.server.lab.graph = (_, seconds, node) => threeNodes(seconds, node);
    await drawnNodes(nodes.length);
    assert.deepEqual((await framesOf(suite.page))[gone], ["chat", B]);
    assert.deepEqual(await overlaps(), []);
    assert.deepEqual(await places(), before);
    await screenshot(suite.page, "nodes-one-more");
  });

  it("says of a node that nobody knows that there is nothing, and leads back to all", async () => {
    await suite.open("map?on=node-x");
    await suite.page.getByText("There is nothing of this node").waitFor();
    await suite.page.getByRole("button", { name: "Show all nodes" }).click();
    await drawn();
    await expect(suite.page).not.toHaveURL(/on=/);
  });

  it("lists all nodes' flows with the nodes of both ends, those of one node when asked, and undoes that with Back", async () => {
    await suite.open("flows");
    await expect(rows()).toHaveCount(3);
    await expect(rows().filter({ hasText: /shop-gateway-1\s*node-a\s*shop-api-1/ })).toContainText(B);
    await select().selectOption(B);
    await expect(rows()).toHaveCount(2);
    await expect(suite.page).toHaveURL(/on=node-b/);
    await rows().filter({ hasText: "registry" }).getByRole("button").first().click();
    await expect(details()).toContainText(/From node\s*node-b\s*To node\s*not known/);
    await screenshot(suite.page, "nodes-flows");
    await suite.page.goBack();
    await suite.page.goBack();
    await expect(rows()).toHaveCount(3);
    assert.deepEqual(suite.complaints, []);
  });

  it("says on which node the containers are", async () => {
    await suite.open("containers");
    await expect(suite.page.locator(".note")).toHaveText("10 of 10 containers on node-a");
    await expect(rows().first().getByRole("link", { name: "Flows" })).toHaveAttribute("href", /on=node-a/);
  });

  it("has no word of nodes where there is but one", async () => {
    suite.lab.reset();
    for (const place of ["map", "flows", "containers"]) {
      await suite.open(place);
      await suite.page.locator("tbody tr[data-index]").first().waitFor();
      await expect(select()).toHaveCount(0);
      await expect(suite.page.locator(".on-node")).toHaveCount(0);
      await expect(suite.page.locator(".note")).not.toContainText(/ on \S/);
    }
  });

  /** Frames of machines, and what is in none of them, that lie on one. */
  async function overlaps(): Promise<string[]> {
    return await suite.page.evaluate(`(() => {
      const { cy } = document.querySelector(".map-picture")._cyreg;
      const boxOf = (node) => node.boundingBox({ includeLabels: false, includeOverlays: false });
      const machines = cy.nodes("[?machine]").toArray();
      const found = [];
      for (const machine of machines) {
        const inside = machine.descendants();
        const frame = boxOf(machine);
        for (const other of [...machines, ...cy.nodes("[w]").toArray()]) {
          if (other === machine || inside.contains(other) || (other.data("machine") && other.id() < machine.id())) continue;
          const box = boxOf(other);
          const apart = box.x1 > frame.x2 || box.x2 < frame.x1 || box.y1 > frame.y2 || box.y2 < frame.y1;
          if (!apart) found.push(machine.data("label") + ", " + other.id());
        }
      }
      return found;
    })()`);
  }
});
