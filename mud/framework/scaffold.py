"""The scaffold: writes a new, working module with the chosen features (S4.1)."""

from __future__ import annotations

import keyword
import shutil
import tempfile
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct

from mud.core.errors import Conflict, Invalid
from mud.sdk.module import NAME, TAKEN

WIDTH = 120


class Feature(Struct, frozen=True):
    """The text that a feature adds. In it, § stands for the module's name in CamelCase, $ for the name as it is.

    `before` and `after` are definitions before and after `welcome`, to which `welcome` adds lines.
    """

    api: tuple[str, ...] = ()
    fields: str = ""
    before: str = ""
    welcome: str = ""
    after: str = ""
    on: tuple[str, ...] = ()
    declared: str = ""
    test: str = ""


BASE = Feature(
    api=("Context", "Module", "On", "PlayerEntered", "State"),
    fields="    visits: int = 0\n",
    welcome="    ctx.state.visits += 1\n",
    on=("On(PlayerEntered, welcome)",),
    test="""def test_it_counts_who_comes(kit: Kit, ada: Player, ben: Player) -> None:
    assert kit.state.visits == 2


def test_its_state_survives_a_copyover(kit: Kit, ada: Player, tmp_path: Path) -> None:
    kit.copyover()
    assert kit.state.visits == 1
    kit.cycle(tmp_path)
""",
)

PARTS: dict[str, Feature] = {
    "commands": Feature(
        api=("Command",),
        after='''def visits(ctx: Context[§State], args: str) -> None:
    """$ -- how many have come so far"""
    ctx.send(f"So far {ctx.state.visits} came.")
''',
        declared='    commands=[Command("$", visits)],\n',
        test="""def test_the_command_tells_how_many_came(ada: Player) -> None:
    assert ada.do("$") == "So far 1 came."
""",
    ),
    "timers": Feature(
        api=("Timer",),
        before='''class Chime(Timer):
    """A minute after the first has come, and every minute from then on while somebody is there."""
''',
        welcome="    if ctx.time_left(Chime) is None:\n        ctx.set_timer(60, Chime())\n",
        after='''def chime(ctx: Context[§State], timer: Chime) -> None:
    """Another minute has gone by."""
    players = ctx.world.players()
    for character in players:
        ctx.tell(character, "A chime.")
    if players:
        ctx.set_timer(60, Chime())
''',
        on=("On(Chime, chime)",),
        test="""def test_it_chimes_every_minute(kit: Kit, ada: Player) -> None:
    kit.wait(59)
    assert "A chime." not in ada.read()
    kit.wait(61)
    assert ada.read().count("A chime.") == 2
""",
    ),
    "settings": Feature(
        api=("Meta", "Settings"),
        before='''class §Settings(Settings):
    """What an operator may set: the greeting, and how often it is said."""

    greeting: str = "Welcome."
    times: Annotated[int, Meta(ge=0, le=10)] = 1
''',
        welcome="""    settings = ctx.settings(§Settings)
    for _ in range(settings.times):
        ctx.tell(ctx.world.characters[entered.character], settings.greeting)
""",
        declared="    settings=§Settings,\n",
        test="""def test_the_greeting_is_a_setting() -> None:
    kit = Kit(MODULE, settings={"$": {"greeting": "Ahoy!", "times": 2}})
    ada = kit.player("Ada")
    ada.do("quit")
    kit.player("Ben")
    assert kit.instance().settings == §Settings(greeting="Ahoy!", times=2)
""",
    ),
    "database": Feature(
        api=("Answered", "Database", "PlayerLeft"),
        fields="    remembered: int = 0\n",
        before='VISITS = "CREATE TABLE $_visits (id INTEGER PRIMARY KEY, who TEXT NOT NULL)"\n',
        after='''def remember(ctx: Context[§State], left: PlayerLeft) -> None:
    """Write down who leaves, and ask how many there are by now."""
    with ctx.database("who leaves") as db:
        db.execute("INSERT INTO $_visits (who) VALUES (?)", left.character)
    ctx.query("how many", "SELECT count(id) FROM $_visits")


def counted(ctx: Context[§State], answer: Answered) -> None:
    """The answer of the database."""
    if not answer.error:
        ctx.state.remembered = answer.value[0][0]
''',
        on=("On(PlayerLeft, remember)", "On(Answered, counted)"),
        declared="""    permissions=("database",),
    database=Database(steps=((VISITS,),)),
""",
        test="""def test_who_leaves_is_written_down(kit: Kit, ada: Player, ben: Player) -> None:
    ada.do("quit")
    ben.do("quit")
    assert kit.state.remembered == 2
""",
    ),
    "api": Feature(
        api=("Endpoint", "Method", "Request", "Signal", "Struct"),
        before='''class Visited(Signal, tag="$.visited"):
    """Somebody has come: told to whoever listens."""

    character: str
    visits: int


class HowMany(Request, tag="$.how_many"):
    """How many have come so far?"""


class Visits(Struct, frozen=True):
    """How many have come so far."""

    visits: int
''',
        welcome="    ctx.emit(Visited(entered.character, ctx.state.visits))\n",
        after='''def how_many(ctx: Context[§State], request: HowMany) -> int:
    """How many have come so far."""
    return ctx.state.visits


def show_visits(ctx: Context[§State], request: None) -> Visits:
    """How many have come so far."""
    return Visits(ctx.state.visits)
''',
        declared="""    methods=[Method(HowMany, how_many, reply=int)],
    emits=(Visited,),
    endpoints=[Endpoint(path="/visits", handler=show_visits, reply=Visits)],
""",
        test="""def test_others_can_ask_how_many_came(kit: Kit, ada: Player) -> None:
    assert kit.call(HowMany()) == 1
    assert kit.request("GET", "/visits") == Visits(1)
""",
    ),
}


def scaffold(
    name: str, folder: Path, features: Iterable[str], *, force: bool = False, author: str = "somebody"
) -> list[Path]:
    """Create FOLDER/NAME with the `features` and return the paths of the files.

    Raises Invalid for an impossible name or an unknown feature, Conflict if something of that name exists (with
    `force`, its files are overwritten).
    """
    chosen = _chosen(features)
    _check_name(name)
    home = folder / name
    if home.exists() and not force:
        raise Conflict(f"{home} is there already: choose another name, or overwrite its files with --force")
    files = {path: text.replace("§", _camel(name)).replace("$", name) for path, text in _files(name, chosen, author)}
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as temporary:
        for path, text in files.items():
            (Path(temporary) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(temporary) / path).write_text(text, encoding="utf-8")
        shutil.copytree(temporary, home, dirs_exist_ok=force)
    return [home / path for path in files]


def _check_name(name: str) -> None:
    if not NAME.fullmatch(name) or keyword.iskeyword(name) or name in TAKEN:
        what = "small letters, digits and _, and no word of Python's or the core's"
        raise Invalid(f"{name!r} can't be a module's name: {what}")


def _chosen(features: Iterable[str]) -> list[str]:
    wanted = list(features)
    for word in wanted:
        if word not in PARTS:
            near = get_close_matches(word, PARTS, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(PARTS)}"
            raise Invalid(f"there is no feature {word!r}; {hint}")
    return [word for word in PARTS if word in wanted]


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _files(name: str, chosen: list[str], author: str) -> list[tuple[str, str]]:
    title = name.replace("_", " ").capitalize()
    parts = [BASE, *(PARTS[word] for word in chosen)]
    manifest = f'name = "$"\nversion = "1.0.0"\ndescription = "counts who comes"\nauthor = "{author}"\nstate = 1\n'
    return [
        ("__init__.py", _code(title, parts, author)),
        ("module.toml", manifest),
        ("README.md", f"# {title}\n\nCounts who comes. Made of: {', '.join(chosen) or 'nothing but its state'}.\n"),
        ("tests/__init__.py", ""),
        ("tests/test_$.py".replace("$", name), _tests(title, parts, chosen, _camel(name))),
    ]


def _code(title: str, parts: list[Feature], author: str) -> str:
    settings = any("Settings" in part.api for part in parts)
    return (
        "\n\n\n".join(
            text.strip("\n")
            for text in (
                f'"""{title}: counts who comes."""\n\n'
                + ("from typing import Annotated\n\n" if settings else "")
                + _imported("mud.api", (name for part in parts for name in part.api)),
                'class §State(State):\n    """How many have come so far."""\n\n'
                + "".join(part.fields for part in parts),
                *(part.before for part in parts if part.before),
                "def welcome(ctx: Context[§State], entered: PlayerEntered) -> None:\n"
                + '    """Somebody has come."""\n'
                + "".join(part.welcome for part in parts),
                *(part.after for part in parts if part.after),
                _declaration(parts, author),
            )
        )
        + "\n"
    )


def _declaration(parts: list[Feature], author: str) -> str:
    on = ", ".join(entry for part in parts for entry in part.on)
    return (
        'MODULE = Module(\n    name="$",\n    version="1.0.0",\n    description="counts who comes",\n'
        + f'    author="{author}",\n    state=§State,\n    on=[{on}],\n'
        + "".join(part.declared for part in parts)
        + ")\n"
    )


def _tests(title: str, parts: list[Feature], chosen: list[str], camel: str) -> str:
    names = ["MODULE"]
    if "settings" in chosen:
        names.append(f"{camel}Settings")
    if "api" in chosen:
        names += ["HowMany", "Visits"]
    head = (
        f'"""{title}, as its players see it."""\n\nfrom pathlib import Path\n\n'
        "from mud.testing import Kit, Player\nfrom mud.testing.fixtures import kit_of\n\n"
        + _imported("..", names)
        + '\npytest_plugins = ["mud.testing.fixtures"]\n\nkit = kit_of(MODULE)\n'
    )
    return "\n\n\n".join(text.strip("\n") for text in (head, *(part.test for part in parts))) + "\n"


def _imported(origin: str, names: Iterable[str]) -> str:
    """An import statement as the formatter writes it: constants, classes, functions; on one line if it fits."""
    ordered = sorted(set(names), key=lambda n: (not n.isupper(), n[0].islower(), n))
    line = f"from {origin} import {', '.join(ordered)}"
    if len(line) <= WIDTH:
        return line + "\n"
    return f"from {origin} import (\n" + "".join(f"    {name},\n" for name in ordered) + ")\n"
