"""What runs where, and whose it is. One file a format; customers and contracts beside it."""

from feedbot.inventory._model import Component, Contract, Customer, HostPackages, Plan, RefusedRow, Server

__all__ = ["Component", "Contract", "Customer", "HostPackages", "Plan", "RefusedRow", "Server"]
