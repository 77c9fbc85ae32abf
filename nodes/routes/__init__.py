"""The pack's HTTP routes, for its own settings panel and sidebar."""

from .routes import add_routes as add_routes
