"""What runs where, and whose it is. One file a format; customers and contracts beside it."""

from feedbot.inventory._customers import CustomerFile, combine, read_customers
from feedbot.inventory._guard import RefusedRowsError, check_refused, has_fallen
from feedbot.inventory._model import Component, Contract, Customer, HostPackages, Plan, RefusedRow, Server
from feedbot.inventory._read import read
from feedbot.inventory._release import release_of

__all__ = [
    "Component",
    "Contract",
    "Customer",
    "CustomerFile",
    "HostPackages",
    "Plan",
    "RefusedRow",
    "RefusedRowsError",
    "Server",
    "check_refused",
    "combine",
    "has_fallen",
    "read",
    "read_customers",
    "release_of",
]
