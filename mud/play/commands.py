"""The table of built-in commands, with their help pages. What is not in here does not exist."""

from __future__ import annotations

import msgspec

from mud.core.commands import CommandEntry
from mud.core.text.editor_help import HELP
from mud.core.world.area import DIRECTIONS
from mud.core.world.model import Position
from mud.play import (
    alias,
    editor,
    fights,
    food,
    login,
    lookup,
    magic,
    maps,
    movement,
    password,
    positions,
    rooms,
    scores,
    shops,
    talk,
    things,
    who,
)
from mud.play.staff import admin, fields
from mud.play.staff.commands import STAFF

SHORT = {long: short for short, long in rooms.SHORT.items()}

MOVING = [
    CommandEntry(
        direction,
        movement.mover(direction),
        "moving",
        f"{direction} -- go {direction}\n`exits` lists the ways out; `look {direction}` looks before you leap.",
        aliases=(SHORT[direction],),
    )
    for direction in DIRECTIONS
] + [
    CommandEntry(
        "recall", fights.recall, "moving", "recall -- back to where newcomers begin; it takes half your breath"
    ),
    CommandEntry(
        "sleep",
        positions.changer("sleeping"),
        "moving",
        "sleep -- lie down and sleep: bodies mend fastest asleep\nYou see nothing meanwhile, and are easy to hit.",
    ),
    CommandEntry("rest", positions.changer("resting"), "moving", "rest -- sit down and rest: bodies mend faster so"),
    CommandEntry("sit", positions.changer("sitting"), "moving", "sit -- sit down"),
    CommandEntry("stand", positions.changer("standing"), "moving", "stand -- stand up", aliases=("st",)),
    CommandEntry("wake", positions.wake, "moving", "wake | wake WHOM -- wake up, or wake somebody else"),
]

FIGHTING = [
    CommandEntry(
        "kill",
        fights.kill,
        "fighting",
        "kill WHOM -- attack somebody, or turn on somebody else\n"
        "A fight goes on by itself, a round every two seconds. `consider` first; `flee` and `wimpy` get you out.\n"
        "Who dies wakes at the start, and has to fetch what is left in the corpse.",
        aliases=("k", "attack"),
    ),
    CommandEntry("flee", fights.flee, "fighting", "flee -- run from a fight, if there is a way", aliases=("fl",)),
    CommandEntry(
        "consider", fights.consider, "fighting", "consider WHOM -- guess how a fight would go", aliases=("con",)
    ),
    CommandEntry("assist", fights.assist, "fighting", "assist WHOM -- join somebody's fight"),
    CommandEntry("rescue", fights.rescue, "fighting", "rescue WHOM -- step between somebody and whoever fights them"),
    CommandEntry(
        "wimpy",
        fights.wimpy,
        "fighting",
        "wimpy [N] -- the hit points below which you run by yourself; 0 is never\n"
        "What you do when your connection is lost in a fight is another setting: set linkdead flee, or fight.",
    ),
]

SEEING = [
    CommandEntry(
        "look",
        rooms.look,
        "seeing",
        "look [THING | DIRECTION | in CONTAINER] -- look around, or at something\n"
        "Many rooms speak of more than they show: look at what their text names.\n"
        "2.guard is the second guard.",
        aliases=("l",),
    ),
    CommandEntry(
        "examine", rooms.look, "seeing", "examine THING -- the same as look THING", aliases=("x", "exa", "read")
    ),
    CommandEntry("exits", rooms.exits, "seeing", "exits -- the ways out of here and where they lead", aliases=("ex",)),
    CommandEntry(
        "map",
        maps.map_,
        "seeing",
        "map [RADIUS] -- draw what is around you, so many rooms far (5, and no more than your window holds)\n"
        "Your place is marked @. Ways through closed doors are marked +, ways that go on where the map ends ?.\n"
        "A world is not always flat: a room that fits nowhere on the map is named below it instead.\n"
        "With a screen reader the map is in words, two steps far: North: The Kitchen. Two north: The Yard.",
    ),
    CommandEntry(
        "who",
        who.who,
        "seeing",
        "who [NAME | ROLE | FLAG] -- who is in the world now, with role and flags\n"
        "who ada, who builders, who admins, who staff, who afk, who idle, who linkdead; several words go together.",
    ),
    CommandEntry("score", scores.score, "seeing", "score -- your own figures", aliases=("sc",)),
    CommandEntry(
        "affects",
        scores.affects,
        "seeing",
        "affects -- what magic, and what you wear, makes of you",
        aliases=("aff",),
    ),
    CommandEntry("uptime", lookup.uptime, "seeing", "uptime -- how long this world has been awake"),
]

MAGIC = [
    CommandEntry(
        "cast",
        magic.cast,
        "magic",
        "cast SPELL [WHOM | THING] -- cast a spell\n"
        "cast magic missile rat, cast 'cure light' ada, cast heal. In a fight a spell goes at your foe by itself.",
        aliases=("c",),
    ),
    CommandEntry("spells", magic.spells, "magic", "spells -- the spells there are, and what you lack for them"),
    CommandEntry("quaff", magic.quaff, "magic", "quaff POTION -- drink a potion"),
    CommandEntry("recite", magic.recite, "magic", "recite SCROLL [WHOM | THING] -- read a scroll aloud; it burns"),
    CommandEntry(
        "use", magic.use, "magic", "use WAND [WHOM] | use STAFF -- use the magic in a thing, a charge at a time"
    ),
]

THINGS = [
    CommandEntry("inventory", things.inventory, "things", "inventory -- what you carry", aliases=("i", "inv")),
    CommandEntry("equipment", things.equipment, "things", "equipment -- what you wear", aliases=("eq",)),
    CommandEntry(
        "get",
        things.get,
        "things",
        "get THING | get THING from CONTAINER -- pick something up\n"
        "get all, get all.bread, get 2.sword, get gold from chest",
        aliases=("take",),
    ),
    CommandEntry("drop", things.drop, "things", "drop THING | drop N gold -- put something on the ground"),
    CommandEntry(
        "give",
        things.give,
        "things",
        "give THING to WHOM | give N gold to WHOM | give THING to all -- hand something over\n"
        "give all ada, give all.bread to ada, give 2.sword to ada, give 10 coins to ada\n"
        "To all means every player here: each gets one such thing, or so much gold.",
    ),
    CommandEntry("put", things.put, "things", "put THING in CONTAINER | put N gold in CONTAINER -- put something away"),
    CommandEntry("wear", things.wearer("wear"), "things", "wear THING | wear all -- put something on"),
    CommandEntry("wield", things.wearer("wield", ("wield",)), "things", "wield WEAPON -- take a weapon in hand"),
    CommandEntry(
        "hold",
        things.wearer("hold", ("light", "hold")),
        "things",
        "hold THING -- take a light, or something else, in hand",
    ),
    CommandEntry(
        "remove",
        things.remove,
        "things",
        "remove THING | remove all -- take off what you wear",
        aliases=("rem",),
    ),
    CommandEntry("eat", food.eat, "things", "eat FOOD -- eat something; it gives back some of your breath"),
    CommandEntry("drink", food.drink, "things", "drink [from] VESSEL -- drink from what you carry, or from a fountain"),
    CommandEntry("fill", food.fill, "things", "fill VESSEL -- fill something to drink from, where there is a fountain"),
    CommandEntry(
        "open",
        rooms.open_,
        "things",
        "open DOOR | open DIRECTION | open CONTAINER -- open something",
        aliases=("o",),
    ),
    CommandEntry("close", rooms.close, "things", "close DOOR | close DIRECTION | close CONTAINER -- close something"),
    CommandEntry("lock", rooms.lock, "things", "lock DOOR | lock CONTAINER -- lock something; you need its key"),
    CommandEntry(
        "unlock",
        rooms.unlock,
        "things",
        "unlock DOOR | unlock CONTAINER -- unlock something; you need its key",
    ),
]

SHOPS = [
    CommandEntry(
        "list",
        shops.list_,
        "shops",
        "list [WORD] -- what the shop here has for sale\n"
        "Behind what is in store stands how many are left; the rest never runs out.\n"
        "A shop trades while its keeper is there and awake, and many keep hours: `time` tells how late it is.",
    ),
    CommandEntry(
        "buy",
        shops.buy,
        "shops",
        "buy [N] THING -- buy something, or N of it: all of them or none\nbuy bread, buy 5 bread, buy #3 of the list",
    ),
    CommandEntry(
        "sell",
        shops.sell,
        "shops",
        "sell THING -- sell something to the shop here\n"
        "sell key, sell all.bread, sell all: what the keeper wants of it, as long as there is gold in the till.\n"
        "What you sell stands in the list; the keeper sells it to whoever pays.",
    ),
    CommandEntry(
        "value",
        shops.value,
        "shops",
        "value THING -- what the shop here would pay for something\nvalue all: of everything that it takes.",
    ),
    CommandEntry("time", shops.time, "seeing", "time -- the world's hour, day, season and year; shops open by it"),
]

TALKING = [
    CommandEntry(
        "say",
        talk.say,
        "talking",
        "say TEXT -- say something to everyone here\n'TEXT is shorter.",
        aliases=("'",),
    ),
    CommandEntry("think", talk.think, "talking", "think TEXT -- a thought to yourself; nobody else sees it"),
    CommandEntry(
        "tell",
        talk.tell,
        "talking",
        "tell NAME TEXT -- private words to somebody, wherever they are",
        aliases=("t",),
    ),
    CommandEntry(
        "reply", talk.reply, "talking", "reply TEXT -- answer whoever told you something last", aliases=("r",)
    ),
    CommandEntry("shout", talk.shout, "talking", "shout TEXT -- so that the whole world hears"),
    CommandEntry(
        "emote",
        talk.emote,
        "talking",
        "emote TEXT -- act something out: emote waves.\n:TEXT is shorter.",
        aliases=(":",),
    ),
]

SELF = [
    CommandEntry("help", lookup.help_, "yourself", "help [WORD] -- help on a command or a topic", aliases=("?",)),
    CommandEntry("commands", lookup.commands, "yourself", "commands -- the names of all commands"),
    CommandEntry(
        "set",
        fields.set_,
        "yourself",
        "set [NAME VALUE] -- your settings: colour, width, pager, charset, brief, pronouns, prompt, linkdead, summon\n"
        "For admins also: set WHOM FIELD VALUE, of a player, a mob or a thing near.\n"
        "set ada level 5; set sword short a sword; `help fields` has the fields.",
    ),
    CommandEntry(
        "alias",
        alias.alias,
        "yourself",
        "alias [NAME [COMMANDS]] -- a word of your own for one or several commands; alone it lists them\n"
        "alias k kill $1; alias gw get $1;wield $1; alias greet say Hello, $*!\n"
        "$1 to $9 are the words you type behind it, $* is all of them; without any, they go to the end.\n"
        "An alias may use others. `unalias` forgets one. No alias can take the place of quit, help or alias itself.",
    ),
    CommandEntry("unalias", alias.unalias, "yourself", "unalias NAME -- forget an alias"),
    CommandEntry(
        "description",
        lambda ctx, args: editor.begin(ctx, "description", ctx.player.description),
        "yourself",
        "description -- write what others see when they look at you\n" + HELP,
    ),
    CommandEntry(
        "password",
        password.change,
        "yourself",
        "password -- change your password; it asks for the old one first",
    ),
    CommandEntry(
        "save",
        admin.save,
        "yourself",
        "save -- write the world to the disk now (it is written a few times a second anyway)",
    ),
    CommandEntry("quit", login.quit_, "yourself", "quit -- leave the game; all that you have stays yours"),
]

#: The lowest position for these; all others can be used asleep.
NEEDS: dict[Position, frozenset[str]] = {
    "standing": frozenset((*DIRECTIONS, "recall")),
    "fighting": frozenset(("kill", "flee", "assist", "rescue", "cast", "quaff", "recite", "use")),
    "resting": frozenset(
        """look examine exits get drop give put wear wield hold remove open close lock unlock say shout emote
        consider list buy sell value eat drink fill""".split()
    ),
}


def _placed(command: CommandEntry) -> CommandEntry:
    """A command with the position it needs."""
    needs = next((position for position, names in NEEDS.items() if command.name in names), command.needs)
    return msgspec.structs.replace(command, needs=needs)


COMMANDS: tuple[CommandEntry, ...] = tuple(
    map(_placed, (*MOVING, *SEEING, *FIGHTING, *MAGIC, *THINGS, *SHOPS, *TALKING, *SELF, *STAFF))
)
