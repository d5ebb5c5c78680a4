import { access } from "node:fs/promises";
import { readMounts } from "../start/checks/mounts.ts";
import { ensureReady } from "../start/checks/ready.ts";
import { StartError } from "../start/errors.ts";
import { applyInstall } from "../start/install/apply.ts";
import { readSystem } from "../start/install/system.ts";
import { createHost, type Host } from "../start/lib/host.ts";
import { renderError } from "../start/render/error.ts";
import { loadSettings } from "../start/settings/index.ts";
import { layoutOf } from "../start/stack/layout.ts";
import { BPFFS, bpffs } from "./bpffs.ts";
import { provideVictoriaMetrics } from "./lib/victoria-metrics-programs.ts";
import { takeSnapshot } from "./snapshot.ts";
import { testTools } from "./test-tools.ts";

// Brings what the tests need, so that on a bare machine they run instead of being skipped.

const PROGRAMS = ["cc", "make", "bpftool", "ss", "setpriv", "chromium", "shellcheck"];
const FILES = ["/usr/include/libelf.h", "/usr/include/zlib.h", "/usr/lib/postgresql"];

async function lacksTools(host: Host): Promise<boolean> {
  const programs = await Promise.all(PROGRAMS.map((name) => host.which(name)));
  if (programs.includes(undefined)) return true;
  return Promise.all(FILES.map((file) => access(file))).then(
    () => false,
    () => true,
  );
}

async function isMounted(host: Host): Promise<boolean> {
  return (await readMounts(host)).some(({ target, type }) => target === BPFFS && type === "bpf");
}

const host = createHost();
const options = { report: console.log, signal: new AbortController().signal };
try {
  const settings = await loadSettings(layoutOf(`${import.meta.dirname}/..`).config);
  await ensureReady({ host, settings, install: true, ...options });
  const missing = [...((await lacksTools(host)) ? [testTools] : []), ...((await isMounted(host)) ? [] : [bpffs])];
  const system = await readSystem(host);
  if (missing.length > 0) await applyInstall(system, missing, options);
  const lack = await provideVictoriaMetrics(system, options);
  if (lack !== undefined) console.log(`without VictoriaMetrics, whose tests are skipped: ${lack}`);
  await takeSnapshot(host);
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  process.stderr.write(renderError(error));
  process.exitCode = 1;
}
