"""The page of live_app.py: the list of runs and the live view of the one in the address."""

import streamlit as st

from explorer.widgets.live_run import live_run
from explorer.widgets.run_list import run_list
from pipelines.paths import runs_home
from pipelines.runs.folder import RunFolder

st.set_page_config(page_title="Live", layout="wide")
with st.sidebar:
    clicked = run_list(st.query_params.get("run"))
if clicked and clicked != st.query_params.get("run"):
    st.query_params["run"] = clicked
    st.rerun()
if run := st.query_params.get("run"):
    late = st.session_state.get("late")  # a page drawn just before the run's state changed back, unseen by the stream
    folder = RunFolder(runs_home() / run)
    state = "paused" if late else folder.status().state if folder.exists() else "deleted"
    live_run(run, state)
    st.session_state.reruns = st.session_state.get("reruns", 0) + 1
    st.button("Rerun")
    st.button("Draw as paused", key="late")
    st.markdown(f"state {state}, reruns {st.session_state.reruns}")
