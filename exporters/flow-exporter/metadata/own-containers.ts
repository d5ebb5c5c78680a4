import type { Container } from "../model/container.ts";

const MAX_KEPT = 1_000;
/** The launcher writes it into the folder of the stack. Each of the stack's containers has a part of it. */
const FOLDER = "/.flowtally/";

/**
 * The containers of the monitoring itself, by their ids. Labels and names prove nothing: an image brings labels along,
 * and a name is free while ours do not run. So it begins with the one container that is certainly ours, that of this
 * process: as the kernel reports it. Others are ours if they are in its Compose project and have a part of the same folder
 * of the host mounted, which no image can ask for.
 */
export class OwnContainers {
  readonly #ids: Set<string>;

  /** `ids` as an earlier exporter knew them. */
  constructor(ids: Iterable<string> = []) {
    this.#ids = new Set(ids);
  }

  get ids(): ReadonlySet<string> {
    return this.#ids;
  }

  /** Takes in the containers that run; `self`: the one of this process, undefined if it is in none. */
  look(containers: readonly Container[], self: string | undefined): void {
    const own = containers.find(({ id }) => id === self);
    if (!own) return;
    const folders = foldersOf(own);
    const isOurs = (one: Container) =>
      one === own ||
      (one.composeProject === own.composeProject && foldersOf(one).some((path) => folders.includes(path)));
    for (const one of containers) if (isOurs(one)) this.#ids.add(one.id);
    for (const id of this.#ids) {
      if (this.#ids.size <= MAX_KEPT) break;
      this.#ids.delete(id);
    }
  }
}

/** The launcher's folders of which a container has a part. */
function foldersOf({ composeProject, hostPaths }: Container): string[] {
  if (composeProject === "") return [];
  return hostPaths.flatMap((path) => {
    const at = `${path}/`.indexOf(FOLDER);
    return at < 0 ? [] : [path.slice(0, at)];
  });
}
