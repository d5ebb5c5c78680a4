import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";

const ROOT = path.resolve(import.meta.dirname, "../..");
const PAGES = globSync("docs/decisions/*.md", { cwd: ROOT }).sort();

test("the decisions are numbered one by one, in their names and in their titles", () => {
  const numbers = PAGES.map((page) => Number(path.basename(page).slice(0, 4)));
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => index + 1),
  );
  const titles = PAGES.map((page) => Number(/^# (\d+)\. /.exec(readFileSync(path.join(ROOT, page), "utf8"))?.[1]));
  assert.deepEqual(titles, numbers);
});

test("a link that has a decision's number for its text leads to the page of that number", () => {
  const links = globSync(["docs/**/*.md", "*.md"], { cwd: ROOT }).flatMap((page) =>
    [...readFileSync(path.join(ROOT, page), "utf8").matchAll(/\[(\d+)\]\(([^)#]*)\)/g)].map(([, number, target]) => ({
      page,
      number,
      target: path.join(path.dirname(page), target ?? ""),
    })),
  );
  assert.ok(links.length > 0);
  const wrong = links.filter(
    ({ number, target }) => !PAGES.includes(target) || Number(path.basename(target).slice(0, 4)) !== Number(number),
  );
  assert.deepEqual(wrong, []);
});
