import { type ImageOptions, needsMmdebstrap, provideImages } from "../images/index.ts";
import { provideMmdebstrap } from "../install/mmdebstrap.ts";
import type { Step } from "./step.ts";

export const images: Step = {
  title: "Provide the images",
  run: async (context, report) => {
    const { host, docker, layout, settings, signal } = context;
    const options: ImageOptions = {
      host,
      docker,
      projectRoot: layout.root,
      overrides: settings.GRAFANA_IMAGE === "" ? {} : { grafana: settings.GRAFANA_IMAGE },
      signal,
      onProgress: (service, line) => report(`${service}: ${line}`),
    };
    // Without a container registry the base of all builds is made from the distribution's packages.
    if (await needsMmdebstrap(options)) await provideMmdebstrap({ ...context, report });
    context.images = await provideImages(options);
    for (const { service, reason } of context.images.filter(({ origin }) => origin === "missing")) {
      context.leftOut.push({ part: service, reason: `its image is not here and could not be pulled: ${reason ?? ""}` });
    }
    return countByOrigin(context.images.map(({ origin }) => origin));
  },
};

function countByOrigin(origins: readonly string[]): string {
  const kinds = [...new Set(origins)];
  return kinds.map((kind) => `${origins.filter((origin) => origin === kind).length} ${kind}`).join(", ");
}
