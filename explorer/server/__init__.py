"""The routes that the browser fetches without a rerun of the page, and what guards and serves them."""
