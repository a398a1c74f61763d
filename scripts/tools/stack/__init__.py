"""The embedded stack: the real PostgreSQL, PostgREST and functions, without Docker."""

from scripts.tools.stack.errors import StackError
from scripts.tools.stack.postgrest import RestService
from scripts.tools.stack.stack import Ports, Stack

__all__ = ["Ports", "RestService", "Stack", "StackError"]
