"""The list of pages."""

from pathlib import Path

import streamlit as st

# The icon is a file of our own: Streamlit's named ones are fetched from the internet for the browser's tab.
st.set_page_config(page_title="GAN Explorer", page_icon=Path(__file__).with_name("icon.svg"), layout="wide")
st.html(Path(__file__).parent / "web" / "shared" / "chosen.css")

page = st.navigation(
    [
        st.Page("pages/models.py", title="Models", default=True),
        st.Page("pages/latent.py", title="Latent space", url_path="latent"),
        st.Page("pages/arithmetic.py", title="Arithmetic", url_path="arithmetic"),
        st.Page("pages/digits.py", title="Digits", url_path="digits"),
        st.Page("pages/translate.py", title="Translate", url_path="translate"),
        st.Page("pages/playground.py", title="Playground", url_path="playground"),
        st.Page("pages/failures.py", title="Failures", url_path="failures"),
        st.Page("pages/train.py", title="Train", url_path="train"),
        st.Page("pages/compare.py", title="Compare", url_path="compare"),
    ],
    position="top",
)
page.run()
