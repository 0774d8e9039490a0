// What runs draw, and how numbers are told, as the Python side says it.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const VALUES = { share: [0, 0.001, 0.014, 0.5, 0.9949, 0.997, 1], distance: [0.0461, 0.00004, 3.14159, 99.96, 1234.4],
  count: [0, 7, 12_345], number: [0, 0.123456, -2.5, 12_345.6, -0.00042, 999.9, 1e7] };
const ask = "import json, sys; from pipelines import told; from pipelines.runs import display as d; values = json.loads(sys.argv[1]);"
  + "words = [[unit, value, told.words(value, unit)] for unit in values for value in values[unit]];"
  + "print(json.dumps([d.usual(), d.columns(d.usual()), words]))";
const said = execFileSync(process.env.PYTHON ?? "python3", ["-c", ask, JSON.stringify(VALUES)],
  { cwd: fileURLToPath(new URL("../..", import.meta.url)) });

/** ``WORDS``: a unit, a value and how Python tells it, each. @type {[any, string[], [string, number, string][]]} */
export const [USUAL, SERIES, WORDS] = JSON.parse(said.toString());
export const COLUMNS = ["step", "images_seen", "seconds", ...SERIES];

/** A measure of each of many layers. */
export const LAYERS = Array.from({ length: 12 }, (_, at) => ({ ...USUAL.measures[0], name: `d_sigma_${at + 1}`, title: `σ of layer ${at + 1}`, short: `layer ${at + 1}`,
  question: "steep", unit: "number", axis: "largest singular value", better: "", real: "", view: "largest singular value", role: "d",
  headline: false, selects: false, depth: (at + 1) / 12 }));

/** A measure that no script names. */
export const BRIGHT = { name: "brightness", title: "brightness", help: "Mean of the pixels.", question: "bright", unit: "number",
  axis: "mean of the pixels", better: "", real: "real_brightness", view: "brightness", view_help: "", role: "fake", log: false,
  from_zero: false, fallback: false, short: "", headline: true, selects: false };
