"""feedbot publish: let an approved notice out; site: the public pages."""

from pathlib import Path
from typing import Annotated

import typer

from feedbot.cli import _shell
from feedbot.cli.outbox import send
from feedbot.messages import tr


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("publish", help=tr("let an approved notice out: the site and the mails"))(publish)
    site = typer.Typer(no_args_is_help=True, help=tr("the public 障害報告 pages"))
    app.add_typer(site, name="site")
    site.callback()(lambda: None)
    site.command("build", help=tr("build the pages anew"))(build)


def publish(draft: _shell.Number) -> int:
    """Publish a draft and send its mails; 3 where some are deferred or uncertain."""
    from feedbot.pipeline import publish as pipeline

    edges = _shell.edges()
    done = pipeline.let_out(edges, draft, _shell.decider())
    _shell.show("the site is built; {count} mails are queued", count=done.queued)
    if done.withheld:
        _shell.show(
            "{count} mails are withheld, their recipients changed since the approval: feedbot draft show {number}",
            count=len(done.withheld),
            number=draft,
        )
    if done.rest:
        _shell.show("draft {number} is for those to be told otherwise: look at it and propose it", number=done.rest.id)
    if edges.shadow_operator:
        config = _shell.load_config()
        _shell.show(
            "trial: mails go to {operator} alone, the pages are in {folder}; no chat room or WordPress is told",
            operator=edges.shadow_operator,
            folder=config.delivery.pages(config.site.directory),
        )
    return send()


def build(directory: Annotated[Path | None, typer.Argument(help=tr("elsewhere than configured"))] = None) -> int:
    """Build the site."""
    from dataclasses import replace

    from feedbot import bootstrap
    from feedbot.pipeline import publish as pipeline

    edges = _shell.edges()
    if directory is not None:
        edges = replace(edges, site=bootstrap.open_site(directory))
    _shell.show("{count} notices on the site", count=pipeline.build_site(edges))
    return _shell.DONE
