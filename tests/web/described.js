// What runs draw, as the Python side describes it.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const ask = "import json; from pipelines import described as d; print(json.dumps([d.usual(), d.columns(d.usual())]))";
const said = execFileSync(process.env.PYTHON ?? "python3", ["-c", ask], { cwd: fileURLToPath(new URL("../..", import.meta.url)) });

/** @type {[any, string[]]} */
export const [USUAL, SERIES] = JSON.parse(said.toString());
export const COLUMNS = ["step", "images_seen", "seconds", ...SERIES];
