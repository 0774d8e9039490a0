"""The server: the pages of ``explorer`` and its routes. Start it with ``streamlit run streamlit_app.py``."""

import streamlit as st
from starlette.middleware import Middleware
from streamlit.runtime.pages_manager import PagesManager

from explorer.server.guard import Guard
from explorer.server.routes import ROUTES, lifespan

# Streamlit takes a folder ``pages`` beside the main script for a list of pages until a script has called st.navigation;
# whoever opened a page's own address first on a new server saw that list instead of ours.
PagesManager.uses_pages_directory = False

app = st.App("explorer/main.py", routes=ROUTES, middleware=[Middleware(Guard)], lifespan=lifespan)
