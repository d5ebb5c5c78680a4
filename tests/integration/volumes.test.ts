import assert from "node:assert/strict";
import { lchown, lstat, mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, before, describe, it } from "node:test";
import { createDocker } from "../../start/lib/docker.ts";
import { createHost } from "../../start/lib/host.ts";
import { handOverVolumes, missingVolumes } from "../../start/stack/volumes.ts";
import { providedImage } from "../lib/provided-image.ts";
import { skip } from "./exporter/requirements.ts";
import { ROOT } from "./lib/launcher.ts";

const NOBODY = 65_534;
const VOLUME = { name: `flowtally-test-volume-${process.pid}`, uid: 60_906 };
const USER_OF_IT = `${VOLUME.name}-user`;

const host = createHost();
const docker = createDocker(host);

/** As an earlier version left one: all of it belongs to the machine's `nobody`, who let nobody else in. */
describe("a volume of an earlier version", { skip }, () => {
  let image = "";
  let folder = "";
  before(async () => {
    const provided = await providedImage(
      { host, report: () => {}, signal: new AbortController().signal },
      ROOT,
      "flow-exporter",
    );
    image = provided?.reference ?? "";
    assert.deepEqual(await missingVolumes(docker, [VOLUME]), [VOLUME]);
    await docker.createVolume({ Name: VOLUME.name });
    assert.deepEqual(await missingVolumes(docker, [VOLUME]), []);
    folder = (await docker.getVolume(VOLUME.name).inspect()).Mountpoint;
    await mkdir(path.join(folder, "deep/deeper"), { recursive: true, mode: 0o700 });
    await writeFile(path.join(folder, "deep/deeper/totals.json"), "{}", { mode: 0o600 });
    await symlink("/", path.join(folder, "link"));
    for (const name of [".", "deep", "deep/deeper", "deep/deeper/totals.json", "link"]) {
      await lchown(path.join(folder, name), NOBODY, NOBODY);
    }
  });
  after(async () => {
    await docker.getContainer(USER_OF_IT).remove({ force: true, v: true });
    await docker.getVolume(VOLUME.name).remove();
  });

  it("is given to its new user, links as links, after whoever used it was stopped", async () => {
    const HostConfig = { Binds: [`${VOLUME.name}:/state`], NetworkMode: "none" };
    const Entrypoint = ["/bin/node", "-e", "setTimeout(() => {}, 1e6)"];
    const user = await docker.createContainer({
      name: USER_OF_IT,
      Image: image,
      Entrypoint,
      HostConfig,
      StopTimeout: 1,
    });
    await user.start();
    assert.deepEqual(await handOverVolumes({ docker, host, image, volumes: [VOLUME] }), [VOLUME]);
    for (const name of [".", "deep", "deep/deeper", "deep/deeper/totals.json", "link"]) {
      const { uid, gid } = await lstat(path.join(folder, name));
      assert.deepEqual([uid, gid], [VOLUME.uid, VOLUME.uid], name);
    }
    assert.equal((await user.inspect()).State.Running, false);
    assert.equal((await lstat("/")).uid, 0);
  });

  it("is left alone from then on", async () => {
    const before = (await docker.listContainers({ all: true })).length;
    assert.deepEqual(await handOverVolumes({ docker, host, image: "no-such-image", volumes: [VOLUME] }), []);
    assert.equal((await docker.listContainers({ all: true })).length, before);
  });
});
