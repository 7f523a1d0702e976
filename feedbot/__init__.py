"""feedbot: security advisories in, verified Japanese customer notices out.

Data flows down a list of stages; the folders are that list, and imports point up it:

    fetch → verify → read → parse → group → match → draft → review → compose → send
    Document → VerifiedText → Advisory → Case → Match → Notice → Decision → Outgoing → Receipt
"""

__version__ = "0.1.0"
