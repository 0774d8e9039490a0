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
}

interface Window {
  Plotly: any;
  gxPlotly: Promise<any> | null;
}
