import { ensureOptionalName } from "../checks/names.ts";
import { ensureOptionalPort } from "../checks/ports.ts";
import { StartError } from "../errors.ts";
import { CATALOGUE } from "../images/catalogue.ts";
import { type ImageOptions, type ImageOutcome, needsMmdebstrap, provideImages } from "../images/index.ts";
import { provideMmdebstrap } from "../install/mmdebstrap.ts";
import type { Settings } from "../settings/index.ts";
import { configName } from "../stack/layout.ts";
import { DISPENSABLE, isWanted } from "../stack/services.ts";
import type { Step } from "./step.ts";

export const images: Step = {
  title: "Prepare the images",
  run: async (context, report) => {
    const { host, docker, layout, settings, signal } = context;
    const config = configName(layout);
    const options: ImageOptions = {
      host,
      docker,
      projectRoot: layout.root,
      overrides: chosenImages(settings),
      services: CATALOGUE.map(({ service }) => service).filter((service) => isWanted(service, settings)),
      signal,
      onProgress: (service, line) => report(`${service}: ${line}`),
    };
    // Without a container registry the base of all builds is made from the distribution's packages.
    if (await needsMmdebstrap(options)) await provideMmdebstrap({ ...context, report });
    context.images = await provideImages(options);
    for (const { service, reason } of context.images.filter(({ origin }) => origin === "missing")) {
      if (service !== DISPENSABLE) throw notHere(service, config, reason);
      context.leftOut.push({ part: service, reason: `image not found, ${reason}` });
    }
    if (context.leftOut.every(({ part }) => part !== DISPENSABLE)) {
      await ensureOptionalName({ docker, settings, config });
      await ensureOptionalPort({ host, docker, settings, config });
    }
    return countByOrigin(context.images);
  },
};

/** Those that the user named. */
function chosenImages(settings: Settings): NonNullable<ImageOptions["overrides"]> {
  const all = {
    prometheus: settings.PROMETHEUS_IMAGE,
    grafana: settings.GRAFANA_IMAGE,
    cadvisor: settings.CADVISOR_IMAGE,
    "node-exporter": settings.NODE_EXPORTER_IMAGE,
    "ebpf-exporter": settings.EBPF_EXPORTER_IMAGE,
    alertmanager: settings.ALERTMANAGER_IMAGE,
  };
  return Object.fromEntries(Object.entries(all).filter(([, image]) => image !== ""));
}

/** Only what the user named can be missing; nothing is built in its place. */
function notHere(service: string, config: string, reason = "no registry publishes it"): StartError {
  const setting = `${service.toUpperCase().replaceAll("-", "_")}_IMAGE`;
  return new StartError("IMAGE_MISSING", {
    what: `The image that ${setting} names for ${service} was not found and could not be pulled`,
    why: reason,
    fix: `load it with \`docker load\`, or leave ${setting} empty in ${config}`,
  });
}

/** "7 present, 1 built, 1 missing (grafana)" */
export function countByOrigin(outcomes: readonly Pick<ImageOutcome, "service" | "origin">[]): string {
  const kinds = [...new Set(outcomes.map(({ origin }) => origin))];
  return kinds.map((kind) => countOf(kind, outcomes)).join(", ");
}

/** What is missing is named as well: the user has to know what the stack comes up without. */
function countOf(kind: string, outcomes: readonly Pick<ImageOutcome, "service" | "origin">[]): string {
  const services = outcomes.filter(({ origin }) => origin === kind).map(({ service }) => service);
  return `${services.length} ${kind}${kind === "missing" ? ` (${services.join(", ")})` : ""}`;
}
