"""The list of pages."""

from pathlib import Path

import streamlit as st

# The icon is a file of our own: Streamlit's named ones are fetched from the internet for the browser's tab.
st.set_page_config(page_title="GAN Explorer", page_icon=Path(__file__).with_name("icon.svg"), layout="wide")

page = st.navigation([st.Page("pages/train.py", title="Train", default=True)])
page.run()
