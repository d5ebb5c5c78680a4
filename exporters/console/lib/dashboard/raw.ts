/** The parts of Grafana's dashboard JSON that are read here; anything may be missing. */
export interface RawDashboard {
  uid?: string;
  title?: string;
  description?: string;
  time?: { from?: string; to?: string };
  refresh?: string | false;
  templating?: { list?: RawVariable[] };
  panels?: RawPanel[];
}

export interface RawVariable {
  type?: string;
  name?: string;
  label?: string;
  hide?: number | string;
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string;
  regex?: string;
  sort?: number;
  query?: string | { query?: string };
  options?: { text?: string | string[]; value?: string | string[] }[];
  current?: { value?: string | string[] };
}

export interface RawPanel {
  id?: number;
  type?: string;
  title?: string;
  description?: string;
  gridPos?: { x?: number; y?: number; w?: number; h?: number };
  targets?: RawTarget[];
  fieldConfig?: { defaults?: RawField; overrides?: RawOverride[] };
  options?: RawOptions;
  transformations?: { id?: string; options?: RawOrganize & { configRefId?: string } }[];
  interval?: string;
  maxDataPoints?: number;
  panels?: RawPanel[];
}

export interface RawTarget {
  refId?: string;
  expr?: string;
  legendFormat?: string;
  format?: string;
  instant?: boolean;
  interval?: string;
  hide?: boolean;
}

export interface RawField {
  unit?: string;
  decimals?: number;
  min?: number;
  max?: number;
  noValue?: string;
  mappings?: { type?: string; options?: Record<string, { text?: string; color?: string }> }[];
  thresholds?: { mode?: string; steps?: { value?: number | null; color?: string }[] };
  custom?: {
    stacking?: { mode?: string };
    fillOpacity?: number;
    drawStyle?: string;
    thresholdsStyle?: { mode?: string };
  };
}

export interface RawOverride {
  matcher?: { id?: string; options?: unknown };
  properties?: { id?: string; value?: unknown }[];
}

interface RawOptions {
  content?: string;
  reduceOptions?: { calcs?: string[] };
  graphMode?: string;
  legend?: { showLegend?: boolean; displayMode?: string; calcs?: string[] };
  yAxis?: { unit?: string };
  cellValues?: { unit?: string };
  sortBy?: { displayName?: string; desc?: boolean }[];
}

export interface RawOrganize {
  excludeByName?: Record<string, boolean>;
  renameByName?: Record<string, string>;
  indexByName?: Record<string, number>;
}
