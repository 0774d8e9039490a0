"""The server: the pages of ``explorer`` and its routes. Start it with ``streamlit run streamlit_app.py``."""

import streamlit as st

from explorer.routes import ROUTES, lifespan

app = st.App("explorer/main.py", routes=ROUTES, lifespan=lifespan)
