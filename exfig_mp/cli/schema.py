"""`schema`: the JSON Schema of configs, for editors."""

from __future__ import annotations

import click

from exfig_mp.cli.options import option


@click.command()
@option("-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write to a file.  [default: print it]")
def schema(output: str | None) -> None:
    """Print the JSON Schema (draft 2020-12) of configs.

    \b
    An editor with a YAML language server completes and checks a config that begins with
      # yaml-language-server: $schema=exfig.schema.json
    once the schema is there:
      exfig-mp schema -o exfig.schema.json
    """  # noqa: D301  # click's mark for a paragraph that is not re-wrapped
    import json

    from exfig_mp.cli.writing import write_new
    from exfig_mp.config.schema import editor_schema

    text = json.dumps(editor_schema(), indent=2) + "\n"
    if output is None:
        click.echo(text, nl=False)
    else:
        write_new(output, text, overwrite=True)  # it is ours, and says nothing that could be lost
