export function DashboardsPage() {
  return <p>…</p>;
}
