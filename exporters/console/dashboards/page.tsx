import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import { hasPrometheus } from "../api/health.ts";
import type { DashboardsPage as Answer, DashboardEntry } from "../api/types.ts";
import { usePoll } from "../api/use-poll.ts";
import { parseDashboard } from "../lib/dashboard/model.ts";
import { isOffered } from "../lib/dashboard/offered.ts";
import type { RawDashboard } from "../lib/dashboard/raw.ts";
import { hashOf } from "../lib/route.ts";
import { route } from "../router.ts";
import { Message } from "../ui/message.tsx";
import { useSubjects } from "./use-subjects.ts";
import { DashboardView } from "./view.tsx";

const HOME = "flowtally-lab";
/** The folder of the host's own dashboards; those of another have its name before them. */
const OWN_FOLDER = "flowtally";

/** The dashboards that Grafana is provisioned with, one at a time. */
export function DashboardsPage() {
  const { data, error } = usePoll<Answer>("/api/dashboards", 0);
  const dashboards = [...(data?.dashboards ?? [])].sort((a, b) => Number(b.uid === HOME) - Number(a.uid === HOME));
  const uid = route.value.id || dashboards[0]?.uid;
  const subjects = useSubjects();
  const offered = dashboards.filter((one) => one.uid === uid || isOffered(one.uid, subjects));

  if (hasPrometheus.value === false) return <NoPrometheus />;

  const tabs = <Tabs dashboards={offered} uid={uid} />;

  return (
    <div class="page dashboards">
      {!data && error && <Message title="The dashboards cannot be listed">{error.message}</Message>}
      {data && dashboards.length === 0 && (
        <Message title="There are no dashboards">
          They are made by <code>npm run dashboards</code>, from <code>grafana/source</code>.
        </Message>
      )}
      {uid !== undefined && <Opened key={uid} uid={uid} tabs={tabs} />}
    </div>
  );
}

/** What a recording has of the kernel and Docker, the other pages show. */
function NoPrometheus() {
  return (
    <div class="page dashboards">
      <Message title="A recording has no dashboards">
        They show what Prometheus holds, and it is not recorded. See the <a href={hashOf("map")}>service map</a>,{" "}
        <a href={hashOf("flows")}>flows</a> and <a href={hashOf("containers")}>containers</a>.
      </Message>
    </div>
  );
}

function Opened({ uid, tabs }: { uid: string; tabs: ComponentChildren }) {
  const { data, error } = usePoll<RawDashboard>(`/api/dashboards/${encodeURIComponent(uid)}`, 0);
  const dashboard = useMemo(() => data && parseDashboard(data), [data]);
  const unknown = error?.code === "NOT_FOUND";
  useEffect(() => {
    if (unknown) document.title = "No such dashboard · Flowtally";
  }, [unknown]);
  if (dashboard) return <DashboardView dashboard={dashboard} tabs={tabs} />;
  return (
    <>
      <div class="dashboards-head">{tabs}</div>
      {unknown && <Message title={`There is no dashboard ${uid}`}>Choose one above.</Message>}
      {error && !unknown && <Message title="This dashboard cannot be shown">{error.message}</Message>}
      <div class="loading" aria-busy={error === undefined} />
    </>
  );
}

function Tabs({ dashboards, uid }: { dashboards: readonly DashboardEntry[]; uid: string | undefined }) {
  const folders = Map.groupBy(dashboards, ({ folder }) => (folder === "" ? OWN_FOLDER : folder));
  const others = [...folders.keys()].filter((folder) => folder !== OWN_FOLDER);
  return (
    <nav class="tabs" aria-label="Dashboards">
      {[OWN_FOLDER, ...others].map((folder) => (
        <div key={folder}>
          {folder !== OWN_FOLDER && <span class="folder">{folder}</span>}
          {folders.get(folder)?.map((one) => (
            <Tab key={one.uid} dashboard={one} isOpen={one.uid === uid} />
          ))}
        </div>
      ))}
    </nav>
  );
}

function Tab({ dashboard: { uid, title }, isOpen }: { dashboard: DashboardEntry; isOpen: boolean }) {
  return (
    <a href={hashOf("dashboards", uid, keptTime())} {...(isOpen && { "aria-current": "page" as const })}>
      {title}
    </a>
  );
}

/** The time that is looked at is kept from dashboard to dashboard. */
function keptTime(): Record<string, string> {
  const { query } = route.value;
  const kept = ["range", "refresh", "from", "to"].map((key) => [key, query.get(key) ?? ""]);
  return Object.fromEntries(kept);
}
