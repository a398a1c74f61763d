"""Health: what uptime checks ask."""
