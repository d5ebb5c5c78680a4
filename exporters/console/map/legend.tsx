import { edgeWidth } from "../lib/scale.ts";

const WIDTHS: readonly (readonly [string, number])[] = [
  ["100 B/s", 1e2],
  ["10 kB/s", 1e4],
  ["1 MB/s", 1e6],
  ["100 MB/s", 1e8],
];

const shapes = (isMany: boolean): readonly (readonly [string, preact.JSX.Element])[] => [
  ["container", <rect key="container" x="1" y="1.5" width="20" height="10" rx="2.5" />],
  ["process", <rect key="process" x="1" y="1.5" width="20" height="10" rx="5" />],
  ["Docker’s DNS", <polygon key="dns" points="5,1.5 17,1.5 21,6.5 17,11.5 5,11.5 1,6.5" />],
  [isMany ? "outside these nodes" : "outside this host", <ellipse key="world" cx="11" cy="6.5" rx="10" ry="5" />],
  ["unidentified", <rect key="unknown" x="1" y="1.5" width="20" height="10" rx="2.5" stroke-dasharray="3 2" />],
];

const SIGNS: readonly (readonly [string, string, preact.JSX.Element])[] = [
  ["running, healthy", "good", <circle key="good" cx="4" cy="4" r="3.5" />],
  ["starting, paused", "warn", <circle key="warn" cx="4" cy="4" r="2.8" />],
  ["restarted in the last 10 min", "warn filled", <path key="unstable" d="M4 .5 8 7.5H0Z" />],
  ["unhealthy", "bad", <path key="bad" d="M4 0 8 4 4 8 0 4Z" />],
];

/** What lines, shapes and colours of the map mean. @param isMany it has several machines @param isTold others tell of some of it */
export function Legend({ isMany, isTold }: { isMany: boolean; isTold: boolean }) {
  return (
    <details class="map-legend" open={!matchMedia("(width < 800px)").matches}>
      <summary>Legend</summary>
      <div class="legend-row">
        {shapes(isMany).map(([text, shape]) => (
          <span key={text}>
            <svg width="22" height="13" aria-hidden="true" class="shape">
              {shape}
            </svg>
            {text}
          </span>
        ))}
        <span>
          <svg width="22" height="13" aria-hidden="true" class="shape frame">
            <rect x="1" y="1.5" width="20" height="10" rx="2.5" />
          </svg>
          Compose project
        </span>
        {SIGNS.map(([text, name, sign]) => (
          <span key={text}>
            <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true" class={`sign ${name}`}>
              {sign}
            </svg>
            {text}
          </span>
        ))}
      </div>
      <div class="legend-row">
        <span>
          <Line width={1.5} name="active" />
          from client to server
        </span>
        {WIDTHS.map(([text, rate]) => (
          <span key={text}>
            <Line width={edgeWidth(rate)} name="active" plain />
            {text}
          </span>
        ))}
        <span>
          <Line width={1} name="idle" />
          no traffic now
        </span>
        <span>
          <Line width={1.5} name="failing" />
          ports with 10 % or more failed connects
        </span>
        {isTold && <ToldLines />}
      </div>
    </details>
  );
}

/** How that is drawn which others tell of. */
function ToldLines() {
  return (
    <>
      <span>
        <svg width="26" height="12" aria-hidden="true" class="line active">
          <line x1="3" x2="20" y1="6" y2="6" stroke-width={1.5} />
          <polygon points="26,6 18.5,2.5 18.5,9.5" />
          <circle cx="4" cy="6" r="3.5" />
        </svg>
        seen by others too
      </span>
      <span>
        <Line width={1.5} name="told" />
        seen by others only, without bytes
      </span>
      <span>
        <svg width="26" height="12" aria-hidden="true" class="line dropping">
          <line x1="0" x2="24" y1="6" y2="6" stroke-width={1.5} />
          <line x1="24" x2="24" y1="1.5" y2="10.5" stroke-width={2.5} />
        </svg>
        10 % or more of the events dropped
      </span>
      <span>
        <svg width="22" height="13" aria-hidden="true" class="shape told">
          <rect x="1" y="1.5" width="20" height="10" rx="2.5" />
        </svg>
        known to others only
      </span>
    </>
  );
}

function Line({ width, name, plain }: { width: number; name: string; plain?: boolean }) {
  return (
    <svg width="26" height="12" aria-hidden="true" class={`line ${name}`}>
      <line x1="0" x2={plain ? 26 : 20} y1="6" y2="6" stroke-width={width} />
      {!plain && <polygon points="26,6 18.5,2.5 18.5,9.5" />}
    </svg>
  );
}
