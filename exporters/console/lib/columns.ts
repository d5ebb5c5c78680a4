/** Pixels of one rem: the console does not change the browser's own. */
const REM_PX = 16;
/** What a column without a width of its own needs, so that a name or a state can be read in it. */
const FLEXIBLE_REM = 8.4;

interface Sized {
  /** In rem; undefined: a share of what the others leave. */
  width?: string;
  /** Left out where there is no room for it. */
  wideOnly?: boolean;
  /** Left out before the others that may be. */
  minor?: boolean;
}

/** The columns that a table of this width has room for: of those that may be left out, the minor and the last go first. */
export function columnsThatFit<C extends Sized>(columns: readonly C[], widthPx: number): readonly C[] {
  let shown = columns;
  while (neededPx(shown) > widthPx) {
    const last = shown.findLast(({ minor }) => minor) ?? shown.findLast(({ wideOnly }) => wideOnly);
    if (last === undefined) break;
    shown = shown.filter((one) => one !== last);
  }
  return shown;
}

function neededPx(columns: readonly Sized[]): number {
  return columns.reduce((sum, { width }) => sum + Number.parseFloat(width ?? String(FLEXIBLE_REM)) * REM_PX, 0);
}
