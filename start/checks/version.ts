/** How long a program may take to print its version: clang's first start needs a quarter of a minute on an emulated machine. */
export const VERSION_DEADLINE_MS = 60_000;

export type Version = readonly [major: number, minor: number];

/** The first "major.minor" in a text such as "v2.26.1-4" or "clang version 14.0.6". */
export function parseVersion(text: string): Version | undefined {
  const found = /(\d+)\.(\d+)/.exec(text);
  return found ? [Number(found[1]), Number(found[2])] : undefined;
}

export function isAtLeast([major, minor]: Version, [wantedMajor, wantedMinor]: Version): boolean {
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
