import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseCommandLine } from "../../start/command-line.ts";
import { COMMANDS, DEFAULT_COMMAND } from "../../start/commands/index.ts";
import { UsageError } from "../../start/errors.ts";
import { renderHelp, renderOverview } from "../../start/render/help.ts";

const parse = (...argv: string[]) => parseCommandLine(argv, COMMANDS, DEFAULT_COMMAND);

describe("the command line", () => {
  it("starts when it names no command", () => {
    const start = { kind: "run", command: COMMANDS.start, operand: undefined };
    assert.deepEqual(parse(), { ...start, options: { "no-install": false, config: undefined } });
    assert.deepEqual(parse("--config", "my.monitoring"), {
      ...start,
      options: { "no-install": false, config: "my.monitoring" },
    });
  });

  it("hands on a command's options and its operand, in any order", () => {
    const wanted = {
      kind: "run",
      command: COMMANDS.stress,
      operand: "disk",
      options: { seconds: "30", "no-install": true, config: undefined },
    };
    assert.deepEqual(parse("stress", "disk", "--seconds", "30", "--no-install"), wanted);
    assert.deepEqual(parse("stress", "--no-install", "--seconds=30", "disk"), wanted);
  });

  const REFUSED: Readonly<Record<string, string>> = {
    strat: 'Unknown command "strat". Did you mean start?',
    statsu: 'Unknown command "statsu". Did you mean status?',
    doc: 'Unknown command "doc". Did you mean doctor?',
    toString:
      'Unknown command "toString". The commands are start, stop, status, doctor, tune, stress, record, replay, dataset, dashboards.',
    "start now": 'Unexpected argument "now". npm start takes --no-install, --config and --help.',
    "stress disk cpu":
      'Unexpected argument "cpu". npm run stress takes LOAD, --seconds, --no-install, --config and --help.',
    "stop --seconds 5":
      "Unknown option --seconds. npm run stop takes --volumes, --config and --help. --seconds is an option of npm run stress and npm run record.",
    "stop --config x -- --volumes":
      'Unexpected argument "--volumes". Leave out the second --: options follow the first.',
    "stop --volume": "Unknown option --volume. Did you mean --volumes?",
    "stop -volumes": "Unknown option -volumes. Did you mean --volumes?",
    "status --jsno": "Unknown option --jsno. Did you mean --json?",
    "--jsno":
      "Unknown option --jsno. npm start takes --no-install, --config and --help. --json is an option of npm run status.",
    "--confgi x": "Unknown option --confgi. Did you mean --config?",
    "tune --dry": "Unknown option --dry. Did you mean --dry-run?",
    "record x --sec 5": "Unknown option --sec. Did you mean --seconds?",
    "status --jsno=1": "Unknown option --jsno. Did you mean --json?",
    "status --json=1": "Option --json takes no value.",
    "tune --window": "Option --window needs a value: --window TIME",
    "tune --window --exact": "Option --window needs a value: --window TIME",
    "tune --container=": "Option --container needs a value: --container NAME",
    "tune --constructor":
      "Unknown option --constructor. npm run tune takes --container, --window, --dry-run, --reset, --exact, --when-ready, --config and --help.",
    "stop --help --verbose": "Unknown option --verbose. npm run stop takes --volumes, --config and --help.",
  };
  for (const [words, message] of Object.entries(REFUSED)) {
    it(`refuses "${words}" in one line that says what to type instead`, () => {
      assert.throws(() => parse(...words.split(" ")), new UsageError(message));
    });
  }

  it("names the option that was meant where two neighbouring letters are swapped, for every option of every command", () => {
    for (const [name, { options }] of Object.entries(COMMANDS)) {
      for (const option of [...Object.keys(options), "help"]) {
        const swapped = `${option[1]}${option[0]}${option.slice(2)}`;
        assert.throws(() => parse(name, `--${swapped}`), {
          message: `Unknown option --${swapped}. Did you mean --${option}?`,
        });
      }
    }
  });

  it("refuses the options of every other command", () => {
    for (const [name, command] of Object.entries(COMMANDS)) {
      const others = Object.values(COMMANDS).flatMap(({ options }) => Object.keys(options));
      for (const option of others.filter((other) => !Object.hasOwn(command.options, other))) {
        assert.throws(() => parse(name, `--${option}`, "5"), UsageError, `${name} --${option}`);
      }
    }
  });
});

describe("the help text", () => {
  it("is about everything without a command, and about one command with it", () => {
    assert.deepEqual(parse("--help"), { kind: "overview" });
    assert.deepEqual(parse("stop", "--help"), { kind: "help", command: COMMANDS.stop });
    assert.deepEqual(parse("stress", "-h"), { kind: "help", command: COMMANDS.stress });
  });

  it("lists every command, and every option of the one it is about", () => {
    const overview = renderOverview(Object.values(COMMANDS), COMMANDS[DEFAULT_COMMAND]);
    for (const command of Object.values(COMMANDS)) {
      assert.ok(overview.includes(`${command.usage} `) && overview.includes(command.about), command.usage);
      const help = renderHelp(command);
      for (const option of ["help", ...Object.keys(command.options)])
        assert.match(help, new RegExp(`^ {2}--${option} `, "m"));
    }
  });

  it("fits into 120 columns", () => {
    const texts = [renderOverview(Object.values(COMMANDS), COMMANDS.start), ...Object.values(COMMANDS).map(renderHelp)];
    for (const line of texts.join("\n").split("\n")) assert.ok(line.length <= 120, line);
  });
});
