import { useEffect } from "preact/hooks";
import { storeDown } from "./api/health.ts";
import { ContainersPage } from "./containers/page.tsx";
import { FlowsPage } from "./flows/page.tsx";
import { hashOf, type Page } from "./lib/route.ts";
import { MapPage } from "./map/page.tsx";
import { route } from "./router.ts";
import { Banner } from "./ui/banner.tsx";
import { lazy } from "./ui/lazy.tsx";
import { Message } from "./ui/message.tsx";
import { theme, toggleTheme } from "./ui/theme.ts";

const Dashboards = lazy(() => import("./dashboards/page.tsx").then(({ DashboardsPage }) => DashboardsPage));

const PAGES: readonly { page: Page; title: string; Show: () => preact.JSX.Element }[] = [
  { page: "map", title: "Service map", Show: MapPage },
  { page: "flows", title: "Flows", Show: FlowsPage },
  { page: "containers", title: "Containers", Show: ContainersPage },
  { page: "dashboards", title: "Dashboards", Show: () => <Dashboards /> },
];

/** The frame around every page. */
export function App() {
  const { page } = route.value;
  const shown = PAGES.find((one) => one.page === page);
  useEffect(() => {
    // The next answer says how it is; not every page asks for one.
    storeDown.value = undefined;
    document.title = `${shown?.title ?? "Not found"} · Flowtally`;
  }, [shown]);

  return (
    <>
      <button type="button" class="skip" onClick={skip}>
        Skip to content
      </button>
      <header class="bar">
        <a class="brand" href="#/map">
          Flowtally
        </a>
        <nav aria-label="Pages">
          {PAGES.map((one) => (
            <a key={one.page} href={hashOf(one.page)} {...(one.page === page && { "aria-current": "page" as const })}>
              {one.title}
            </a>
          ))}
        </nav>
        <button
          type="button"
          class="quiet theme"
          onClick={toggleTheme}
          aria-label={`Switch to ${otherTheme()} colours`}
        >
          {theme.value === "dark" ? "☀" : "☾"}
        </button>
      </header>
      <Banner />
      <main id="content" tabIndex={-1}>
        {shown ? <shown.Show key={shown.page} /> : <NotFound />}
      </main>
    </>
  );
}

function NotFound() {
  return (
    <Message title="Page not found">
      <a href="#/map">Go to the service map</a>
    </Message>
  );
}

function otherTheme(): string {
  return theme.value === "dark" ? "light" : "dark";
}

/** The hash is the router's, so that a link cannot do it. */
function skip(): void {
  document.getElementById("content")?.focus();
}
