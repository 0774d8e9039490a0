"""The page of live_app.py: the list of runs and the live view of the one in the address."""

import streamlit as st

from explorer.widgets.live_run import live_run
from explorer.widgets.run_list import run_list

st.set_page_config(page_title="Live", layout="wide")
with st.sidebar:
    clicked = run_list(st.query_params.get("run"))
if clicked and clicked != st.query_params.get("run"):
    st.query_params["run"] = clicked
    st.rerun()
if run := st.query_params.get("run"):
    state = live_run(run)
    st.session_state.reruns = st.session_state.get("reruns", 0) + 1
    st.button("Rerun")
    st.markdown(f"state {state}, reruns {st.session_state.reruns}")
