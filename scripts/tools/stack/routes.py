"""Which HTTP function answers under which path: the one list of them."""

# path -> the function's name in main.py, which is also its entry point when it is deployed
ROUTES = {
    "/generator": "generator",
    "/director": "director",
    "/bars": "bars",
    "/fetch": "fetch",
    "/poll": "poll",
    "/ack": "ack",
    "/report": "report",
    "/sync": "sync",
    "/archivist": "archivist",
    "/health": "health",
    "/metrics": "metrics",
}
