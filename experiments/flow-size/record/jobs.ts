import type { Range } from "./draw.ts";

/** One kind of job: what runs where, and what its runs differ in. */
export interface Job {
  name: string;
  /** The part of the cluster it needs, a profile of `cluster/compose.yml`. */
  profile: "spark" | "web";
  /** Programs that stand through all runs, in the order in which a run's command is given to them. */
  programs: readonly Program[];
  /** Unrecorded runs to begin with: just started, Java compiles more than it computes. */
  warmUps: number;
  ranges: Readonly<Record<string, Range>>;
}

export interface Program {
  /** `jobs/NAME.py` */
  script: string;
  /** Containers that it runs in, one each. */
  containers: readonly string[];
  /** Asked before the recording begins: what the run needs is made then. */
  isPreparation?: true;
}

/** The name of Docker Compose's project, which the containers' names begin with. */
const PROJECT = "flowtally-flow-size";
const SPARK = [container("driver")];
const CLIENTS = [1, 2, 3, 4].map((number) => container("client", number));

const SPARK_WARM_UPS = 2;
const partitions: Range = { from: 4, to: 8, isWhole: true, about: "partitions, and so tasks of each stage" };

export const JOBS: readonly Job[] = [
  {
    name: "kmeans",
    profile: "spark",
    programs: [{ script: "kmeans", containers: SPARK }],
    warmUps: SPARK_WARM_UPS,
    ranges: {
      points: { from: 20_000, to: 120_000, isWhole: true, byRatio: true, about: "points" },
      dimensions: { from: 4, to: 40, isWhole: true, byRatio: true, about: "coordinates of a point" },
      clusters: { from: 4, to: 32, isWhole: true, byRatio: true, about: "clusters" },
      partitions,
      iterations: { from: 6, to: 12, isWhole: true, about: "iterations" },
      noise: { from: 0.5, to: 3, about: "standard deviation of a cluster" },
      skew: { from: 0, to: 1.2, about: "exponent of the power law of the clusters' sizes" },
    },
  },
  {
    name: "pagerank",
    profile: "spark",
    programs: [{ script: "pagerank", containers: SPARK }],
    warmUps: SPARK_WARM_UPS,
    ranges: {
      pages: { from: 2_000, to: 12_000, isWhole: true, byRatio: true, about: "pages" },
      degree: { from: 2, to: 8, about: "mean number of a page's links" },
      partitions,
      iterations: { from: 3, to: 5, isWhole: true, about: "iterations" },
      skew: { from: 0, to: 2, about: "how much links prefer popular pages: 0 not at all" },
      best: { from: 10, to: 500, isWhole: true, byRatio: true, about: "pages asked for at the end" },
    },
  },
  {
    name: "sgd",
    profile: "spark",
    programs: [{ script: "sgd", containers: SPARK }],
    warmUps: SPARK_WARM_UPS,
    ranges: {
      rows: { from: 5_000, to: 40_000, isWhole: true, byRatio: true, about: "rows of training data" },
      features: { from: 8, to: 32, isWhole: true, about: "features set in a row" },
      dimensions: { from: 2_000, to: 150_000, isWhole: true, byRatio: true, about: "features there are: weights" },
      partitions,
      iterations: { from: 8, to: 14, isWhole: true, about: "iterations" },
      share: { from: 0.1, to: 0.6, about: "share of the rows in a step" },
      skew: { from: 0, to: 2, about: "how much rows prefer frequent features: 0 not at all" },
      depth: { from: 2, to: 3, isWhole: true, about: "depth of the tree in which gradients are added up" },
      step: { from: 0.1, to: 3, byRatio: true, about: "length of the first step" },
    },
  },
  {
    name: "web",
    profile: "web",
    programs: [
      { script: "objects", containers: [container("server")], isPreparation: true },
      { script: "client", containers: CLIENTS },
    ],
    warmUps: 0,
    ranges: {
      objects: { from: 50, to: 400, isWhole: true, byRatio: true, about: "objects on the server" },
      smallest: { from: 1_000, to: 20_000, byRatio: true, about: "bytes of the smallest possible object" },
      largest: { from: 1e6, to: 1.6e7, byRatio: true, about: "bytes of the largest possible object" },
      shape: { from: 0.7, to: 1.4, about: "shape of the bounded Pareto distribution of sizes: small is heavy-tailed" },
      cold: { from: 0, to: 0.6, about: "share of the objects that are on disk only" },
      popularity: { from: 0.2, to: 1.1, about: "exponent of the power law of the objects' popularity" },
      connections: { from: 1, to: 4, isWhole: true, about: "connections of each client" },
      think: { from: 0.06, to: 0.3, byRatio: true, about: "mean seconds between an answer and the next request" },
      seconds: { from: 3.5, to: 5.5, about: "seconds" },
    },
  },
];

const MACHINES: Readonly<Record<Job["profile"], readonly string[]>> = {
  spark: [container("master"), ...[1, 2, 3, 4].map((number) => container("worker", number)), container("driver")],
  web: [container("server"), ...CLIENTS],
};

/** The containers that are recorded: all of the job's. */
export function machinesOf({ profile }: Job): string[] {
  return [...MACHINES[profile]];
}

function container(service: string, number = 1): string {
  return `${PROJECT}-${service}-${number}`;
}
