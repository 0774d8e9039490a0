"""A page that shows texts by ``literal`` in every kind of element that takes Markdown; for test_user_text.py."""

import streamlit as st

from explorer.widgets.text import literal

HOST = "host.example"
WILD = [
    f"![p](http://{HOST}/p.png)",
    f"<img src=http://{HOST}/q.png> <b>bold</b> &amp; &#65;",
    f"www.{HOST} HTTPS://{HOST}/ me@{HOST} mailto:me@{HOST}",
    "a :cat: b :+1: :material/home: :streamlit:",
    ":red[x] :small[y] ::leaf[x]{a=b} :::note",
    "$raw$ and $$x^2$$",
    "a -> b <- c -- d <= e >= f ~= g <-> h",
    "**bold** _slanted_ ~~struck~~ `code` [link](#) [^1]",
    "1. one",
    "- [ ] one",
    "# one",
    "> one | two",
    r"\ C:\Users\me \* --- === ***",
    "caf\u00e9 \u2603 10:30 a:b",
]


def show() -> None:
    """Each text as body, heading, caption, label, option, message and title of an expander."""
    for number, text in enumerate(map(literal, WILD)):
        with st.container(key=f"text-{number}"):
            st.markdown(text)
            st.title(text, anchor=False)
            st.caption(text)
            st.button(text, key=f"button-{number}")
            st.radio("Choice", [text], captions=[text], key=f"radio-{number}")
            st.error(text)
            st.expander(text)
            st.popover(text)
    st.text("That is all.")


if __name__ == "__main__":
    show()
