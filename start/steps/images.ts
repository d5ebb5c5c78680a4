import { provideImages } from "../images/index.ts";
import type { Step } from "./step.ts";

export const images: Step = {
  title: "Provide the images",
  run: async (context, report) => {
    const { host, docker, layout, settings, signal } = context;
    context.images = await provideImages({
      host,
      docker,
      projectRoot: layout.root,
      overrides: settings.GRAFANA_IMAGE === "" ? {} : { grafana: settings.GRAFANA_IMAGE },
      signal,
      onProgress: (service, line) => report(`${service}: ${line}`),
    });
    for (const { service, reason } of context.images.filter(({ origin }) => origin === "missing")) {
      context.leftOut.push({ part: service, reason: reason ?? "its image could be neither found nor pulled" });
    }
    return countByOrigin(context.images.map(({ origin }) => origin));
  },
};

function countByOrigin(origins: readonly string[]): string {
  const kinds = [...new Set(origins)];
  return kinds.map((kind) => `${origins.filter((origin) => origin === kind).length} ${kind}`).join(", ");
}
