// Types that several modules name in their JSDoc.

/** Pictures as the server answers them: ``bytes`` holds ``count * height * width * channels`` values in [0, 255]. */
interface Pictures {
  count: number;
  height: number;
  width: number;
  channels: number;
  bytes: Uint8Array;
}

/** What Streamlit calls a component's script with. */
interface Component {
  parentElement: HTMLElement;
  data: Record<string, any>;
  setTriggerValue: (name: string, value: unknown) => void;
  setStateValue: (name: string, value: unknown) => void;
}

interface Window {
  Plotly: any;
  gxPlotly: Promise<any> | null;
}

/** How a number is told. */
type Words = (value: number) => string;

/** What a chart's title may say; as the other descriptions below in ``pipelines/described.py``. */
interface Title {
  text: string;
  when?: string[];
  d_output?: string;
  view?: string;
}

interface DescribedView {
  id: string;
  chart: string;
  heading: string;
  axis: string;
  help: string;
  log: string;
  from_zero: boolean;
  aside: boolean;
  of_d: boolean;
  exact: boolean;
}

interface DescribedSeries {
  name: string;
  view: string;
  label: string;
  role: string;
  short: string;
  help: string;
}

interface DescribedMeasure {
  name: string;
  title: string;
  help: string;
  question: string;
  unit: string;
  axis: string;
  better: string;
  real: string;
  view: string;
  view_help: string;
  role: string;
  log: boolean;
  from_zero: boolean;
  fallback: boolean;
  short: string;
  headline: boolean;
  selects: boolean;
  depth?: number | null;
}

/** What a run draws, as its record describes it. */
interface Display {
  views?: DescribedView[];
  series?: DescribedSeries[];
  measures?: DescribedMeasure[];
  titles?: Title[];
  d_output?: string;
  [other: string]: any;
}

/** A row of measures: numbers by name, and whatever else a file holds. */
type Row = Record<string, any>;

/** A run as its stream tells it. */
interface Run {
  display?: Display;
  begun?: number;
  epoch_images?: number;
  [other: string]: any;
}
