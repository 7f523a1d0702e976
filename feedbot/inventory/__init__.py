"""What runs where, and whose it is. One file a format; customers and contracts beside it."""

from feedbot.inventory._customer_rows import PLANS
from feedbot.inventory._customers import CustomerFile, combine, read_customers
from feedbot.inventory._export import csv_text
from feedbot.inventory._guard import RefusedRowsError, check_refused, has_fallen
from feedbot.inventory._model import (
    Component,
    Contact,
    Contract,
    Customer,
    HostPackages,
    PatchedBy,
    Plan,
    Receives,
    RefusedRow,
    Role,
    Server,
    Topic,
)
from feedbot.inventory._read import read
from feedbot.inventory._release import release_of

__all__ = [
    "PLANS",
    "Component",
    "Contact",
    "Contract",
    "Customer",
    "CustomerFile",
    "HostPackages",
    "PatchedBy",
    "Plan",
    "Receives",
    "RefusedRow",
    "RefusedRowsError",
    "Role",
    "Server",
    "Topic",
    "check_refused",
    "combine",
    "csv_text",
    "has_fallen",
    "read",
    "read_customers",
    "release_of",
]
