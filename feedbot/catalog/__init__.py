"""Product names as publishers write them → the packages that hold them. Unmapped names are shown, never guessed."""

from feedbot.catalog._catalog import Catalog, Finding, How
from feedbot.catalog._edit import with_product, with_spelling
from feedbot.catalog._file import Product

__all__ = ["Catalog", "Finding", "How", "Product", "with_product", "with_spelling"]
