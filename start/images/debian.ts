import { mkdir } from "node:fs/promises";
import path from "node:path";
import { StartError } from "../errors.ts";
import type { Host } from "../lib/host.ts";
import { DEBIAN_SUITE } from "./catalogue.ts";
import { followUntilSilent } from "./events.ts";
import { buildFailure } from "./failures.ts";
import type { Workshop } from "./workshop.ts";

const SILENT_MS = 300_000;
const BOOTSTRAP_DEADLINE = "30m";

/**
 * Makes the Debian base with these packages in it, without a container registry.
 * @throws StartError NO_BUILD_BASE when this host cannot, IMAGE_BUILD_FAILED or DISK_FULL when it tried in vain.
 */
export async function makeDebian(workshop: Workshop, tag: string, packages: readonly string[], reason: string) {
  const { host, engine, projectRoot, signal } = workshop;
  const mirror = await debianMirror(host);
  if (mirror === undefined) throw noBase(reason, "this host's package sources contain no Debian mirror");
  if ((await host.which("mmdebstrap")) === undefined) throw noBase(reason, "mmdebstrap is not installed");
  const folder = path.join(projectRoot, ".flowtally", "images");
  const archive = path.join(folder, "debian.tar");
  await mkdir(folder, { recursive: true });
  try {
    await bootstrap(workshop, { mirror, packages, archive });
    workshop.report("builder", "importing the Debian base");
    await followUntilSilent({ silenceMs: SILENT_MS, signal }, (until) => engine.import(tag, archive, until), ignore);
  } finally {
    await host.runAsRoot("rm", ["-f", archive]);
  }
}

interface Bootstrap {
  mirror: string;
  packages: readonly string[];
  archive: string;
}

async function bootstrap({ host, signal, report }: Workshop, { mirror, packages, archive }: Bootstrap): Promise<void> {
  const log: string[] = [];
  const onLine = (line: string) => {
    log.push(line);
    const step = /^I: (.+)/.exec(line)?.[1];
    if (step !== undefined) report("builder", `Debian base: ${step}`);
  };
  const options = ["--variant=minbase", ...(await proxyOptions(host)), `--include=${packages.join(",")}`];
  // `timeout` hands a signal on to all that mmdebstrap started; alone, it would wait for its children to end.
  const command = [BOOTSTRAP_DEADLINE, "mmdebstrap", ...options, DEBIAN_SUITE, archive, mirror];
  const made = await host.runAsRoot("timeout", command, { signal, onLine });
  if (!made.ok) throw buildFailure("the builder", new Error("mmdebstrap failed"), log);
}

/** The address of the Debian mirror this host installs from, or undefined when it is another distribution. */
export async function debianMirror(host: Host): Promise<string | undefined> {
  const format = "$(ORIGIN)|$(LABEL)|$(REPO_URI)|$(COMPONENT)";
  const listed = await host.run("apt-get", ["indextargets", "--format", format, "Created-By: Packages"]);
  const sources = listed.ok ? listed.stdout.split("\n").map((line) => line.split("|")) : [];
  const found = sources.find(([origin, label, uri, component]) => {
    const debian = origin === "Debian" ? label === "Debian" : isUnknown(origin) && /\/debian\/?$/.test(uri ?? "");
    return debian && component === "main";
  });
  return found?.[2];
}

// Without package lists apt knows the addresses alone, and leaves the placeholder as it is.
function isUnknown(origin: string | undefined): boolean {
  return origin === "" || origin === "$(ORIGIN)";
}

async function proxyOptions(host: Host): Promise<string[]> {
  const dump = await host.run("apt-config", ["dump", "--format", "%f %v%n", "Acquire::http::Proxy"]);
  const proxy = /^Acquire::http::Proxy (\S+)/m.exec(dump.ok ? dump.stdout : "")?.[1];
  return proxy === undefined ? [] : [`--aptopt=Acquire::http::Proxy "${proxy}"`];
}

function noBase(registry: string, why: string): StartError {
  return new StartError("NO_BUILD_BASE", {
    what: "The images have to be built here, but there is no Debian base image to build them on",
    why: `${registry}; ${why}`,
    fix: "give Docker access to a container registry, install mmdebstrap (on Debian), or load an image named debian:trixie-slim with `docker load`",
  });
}

function ignore(): void {}
