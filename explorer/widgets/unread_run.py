"""What is shown of a run whose configuration is not read: why, its log, and how to keep or delete what is left."""

from __future__ import annotations

import streamlit as st

from explorer.messages import without_paths
from explorer.widgets.run_controls import delete_button
from explorer.widgets.run_header import end_of_log
from explorer.widgets.text import api_link, literal
from pipelines.errors import UNREAD, GanError, why_unread
from pipelines.runs.folder import RunFolder


def unread_run(run: RunFolder, error: GanError) -> None:
    """The run's id, the sentence on why it is not read, and the two things that can be done with it."""
    st.title(literal(run.id), anchor=False)
    why = UNREAD[why_unread(error)]
    said = f"This run {why} and cannot be shown, explored or resumed. {without_paths(str(error))}"
    st.error(literal(said), icon=":material/error:")
    kept, grids = (len(list((run.path / part).glob("step-*"))) for part in ("checkpoints", "samples"))
    st.text(f"Checkpoints in its folder: {kept}; grids of samples: {grids}. Other runs are not concerned.")
    with st.container(horizontal=True):
        st.link_button("Download", api_link(run.id, "zip"), icon=":material/download:",
                       help="The run's whole folder as one zip, as it is.")  # fmt: skip
        delete_button(run, run.id)
    end_of_log(run)
