"""The app: pages, widgets and the routes that the browser fetches from. Only this package imports streamlit."""
