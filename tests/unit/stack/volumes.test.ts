import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { ownedVolumes } from "../../../start/stack/volumes.ts";

const PROJECT = "some-project";

interface Service {
  user?: string;
  volumes?: string[];
}

const file = path.join(import.meta.dirname, "../../../docker-compose.yml");
const { services } = parse(await readFile(file, "utf8"), { merge: true }) as { services: Record<string, Service> };

test("every service has a user of its own, and none that of the machine's nobody", () => {
  const users = Object.entries(services).map(([name, { user }]) => [name, Number(user?.split(":")[0])] as const);
  for (const [name, uid] of users) {
    assert.ok(uid === 0 || uid === 472 || (uid > 60_900 && uid < 61_000), `${name} runs as ${uid}`);
  }
  const others = users.map(([, uid]) => uid).filter((uid) => uid !== 0);
  assert.equal(new Set(others).size, others.length, "two services share a user");
});

test("each data volume is given to the user that docker-compose.yml lets write to it", () => {
  for (const { name, uid } of ownedVolumes(PROJECT)) {
    const mounted = `${name.replace(`${PROJECT}_`, "")}:`;
    const users = Object.values(services).filter(({ volumes = [] }) =>
      volumes.some((mount) => mount.startsWith(mounted)),
    );
    assert.deepEqual(
      users.map(({ user }) => user),
      [`${uid}:${uid}`],
      name,
    );
  }
});
