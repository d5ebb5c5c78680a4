const THOUSANDS = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** 36,512 */
export function count(value: number): string {
  return THOUSANDS.format(value);
}

/** Three digits where they say something: 0.27, 4.1, 79. */
export function short(value: number): string {
  if (value >= 100) return count(value);
  return value.toFixed(value >= 10 ? 0 : value >= 1 ? 1 : 2);
}

export function ratio(value: number): string {
  return value.toFixed(3);
}

/** "0.970–1.012" */
export function range({ min, max }: { min: number; max: number }, format: (value: number) => string): string {
  return `${format(min)}–${format(max)}`;
}

export function megabytes(bytes: number): string {
  return short(bytes / 1e6);
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
