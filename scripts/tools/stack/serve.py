"""All HTTP functions in one process, each under its path: the application gunicorn serves."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import flask
import functions_framework
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from functions.gateway.endpoint import answer_framework_error
from scripts.tools.stack.paths import PROJECT
from scripts.tools.stack.routes import ROUTES

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


def application() -> "WSGIApplication":
    """The WSGI application; a path that no function has is answered with a problem document."""
    source = str(PROJECT / "main.py")
    functions = {path: _function(target, source) for path, target in ROUTES.items()}
    elsewhere = flask.Flask("elsewhere", static_folder=None)
    elsewhere.register_error_handler(HTTPException, answer_framework_error)
    return DispatcherMiddleware(elsewhere, functions)


def _function(target: str, source: str) -> "WSGIApplication":
    framework: WSGIApplication = functions_framework.create_app(target, source)  # type: ignore[no-untyped-call]

    def at_its_root(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        # A mounted application redirects its bare path to the one with a slash; an EA does not follow.
        environ["PATH_INFO"] = environ["PATH_INFO"] or "/"
        return framework(environ, start_response)

    return at_its_root
