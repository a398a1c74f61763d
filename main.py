"""The HTTP functions, by the names the build and functions-framework know them by."""

import functions_framework
from werkzeug.exceptions import HTTPException

from functions.archivist.archive import archivist
from functions.director.direct import director
from functions.feed.bars import bars
from functions.feed.fetch import fetch
from functions.gateway.endpoint import answer_framework_error
from functions.generator.generate import generator
from functions.health.health import health
from functions.metrics.metrics import metrics
from functions.officer.ack import ack
from functions.officer.poll import poll
from functions.officer.report import report
from functions.officer.sync import sync

__all__ = [
    "ack",
    "archivist",
    "bars",
    "director",
    "fetch",
    "generator",
    "health",
    "metrics",
    "poll",
    "report",
    "sync",
]

# The framework answers some paths (/robots.txt) itself: those get a problem document too.
functions_framework.errorhandler(HTTPException)(answer_framework_error)
