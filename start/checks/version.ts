export type Version = readonly [major: number, minor: number];

/** The first "major.minor" in a text such as "v2.26.1-4" or "clang version 14.0.6". */
export function parseVersion(text: string): Version | undefined {
  const found = /(\d+)\.(\d+)/.exec(text);
  return found ? [Number(found[1]), Number(found[2])] : undefined;
}

export function isAtLeast([major, minor]: Version, [wantedMajor, wantedMinor]: Version): boolean {
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
