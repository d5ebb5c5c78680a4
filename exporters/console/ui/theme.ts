import { effect, signal } from "@preact/signals";

type Theme = "light" | "dark";

const KEY = "flowtally.theme";
const system = matchMedia("(prefers-color-scheme: dark)");

/** The user's choice; undefined: as the system has it. */
const chosen = signal<Theme | undefined>(remembered());
const systemTheme = signal<Theme>(system.matches ? "dark" : "light");

/** What is shown; pictures drawn on a canvas are drawn anew when it changes. */
export const theme = signal<Theme>(chosen.value ?? systemTheme.value);

effect(() => {
  const next = chosen.value ?? systemTheme.value;
  document.documentElement.dataset.theme = next;
  theme.value = next;
});

system.addEventListener("change", () => {
  systemTheme.value = system.matches ? "dark" : "light";
});

export function toggleTheme(): void {
  const next = theme.value === "dark" ? "light" : "dark";
  chosen.value = next;
  remember(next);
}

/** A colour of the style sheets, by its name without dashes, for canvases. */
export function color(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function remembered(): Theme | undefined {
  const value = storage()?.getItem(KEY);
  return value === "light" || value === "dark" ? value : undefined;
}

function remember(value: Theme): void {
  storage()?.setItem(KEY, value);
}

/** Undefined where the browser forbids it. */
export function storage(): Storage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
