"""What a person sees: pages, widgets, and the routes that the browser fetches from; alone in importing streamlit."""
