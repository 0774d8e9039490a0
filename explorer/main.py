"""The list of pages."""

from pathlib import Path

import streamlit as st

# The icon is a file of our own: Streamlit's named ones are fetched from the internet for the browser's tab.
st.set_page_config(page_title="GAN Explorer", page_icon=Path(__file__).with_name("icon.svg"), layout="wide")

page = st.navigation(
    [
        st.Page("pages/models.py", title="Models", icon=":material/apps:", default=True),
        st.Page("pages/latent.py", title="Latent space", icon=":material/tune:", url_path="latent"),
        st.Page("pages/arithmetic.py", title="Arithmetic", icon=":material/calculate:", url_path="arithmetic"),
        st.Page("pages/digits.py", title="Digits", icon=":material/dialpad:", url_path="digits"),
        st.Page("pages/playground.py", title="Playground", icon=":material/scatter_plot:", url_path="playground"),
        st.Page("pages/train.py", title="Train", icon=":material/model_training:", url_path="train"),
    ],
    position="top",
)
page.run()
