"""The command surface: one module a command."""


def main() -> None:
    """Run the command line."""
