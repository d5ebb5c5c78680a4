/** Whether what the monitoring itself exchanges is shown. */
export function OwnTraffic({ shown, onChange }: { shown: boolean; onChange(on: boolean): void }) {
  return (
    <label class="check">
      <input type="checkbox" checked={shown} onChange={(event) => onChange(event.currentTarget.checked)} />
      Monitoring’s own traffic
    </label>
  );
}
