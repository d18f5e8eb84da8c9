"""The table of built-in commands, with their help pages. A built-in command exists only if it is listed here."""

from __future__ import annotations

import msgspec

from mud.core.context import CoreCommand
from mud.core.text.editor_help import HELP
from mud.core.world.area import DIRECTIONS, SHORT
from mud.core.world.model import Position
from mud.play import (
    alias,
    doors,
    editor,
    fights,
    food,
    help_pages,
    junk,
    login,
    magic,
    maps,
    movement,
    password,
    positions,
    resume,
    rooms,
    scores,
    shops,
    talk,
    things,
    times,
    who,
)
from mud.play.staff import admin, fields
from mud.play.staff.commands import STAFF

ABBREVIATIONS = {long: short for short, long in SHORT.items()}

MOVING = [
    CoreCommand(
        direction,
        movement.mover(direction),
        "moving",
        f"{direction} -- go {direction}\n`exits` lists the ways out; `look {direction}` looks before you leap.",
        aliases=(ABBREVIATIONS[direction],),
    )
    for direction in DIRECTIONS
] + [
    CoreCommand(
        "recall", fights.recall, "moving", "recall -- back to where newcomers begin; it takes half your breath"
    ),
    CoreCommand(
        "sleep",
        positions.changer("sleeping"),
        "moving",
        "sleep -- lie down and sleep: bodies mend fastest asleep\nYou see nothing meanwhile, and are easy to hit.",
    ),
    CoreCommand("rest", positions.changer("resting"), "moving", "rest -- sit down and rest: bodies mend faster so"),
    CoreCommand("sit", positions.changer("sitting"), "moving", "sit -- sit down"),
    CoreCommand("stand", positions.changer("standing"), "moving", "stand -- stand up", aliases=("st",)),
    CoreCommand("wake", positions.wake, "moving", "wake | wake WHOM -- wake up, or wake somebody else"),
]

FIGHTING = [
    CoreCommand(
        "kill",
        fights.kill,
        "fighting",
        "kill WHOM -- attack somebody, or turn on somebody else\n"
        "A fight goes on by itself, a round every two seconds. `consider` first; `flee` and `wimpy` get you out.\n"
        "Who dies wakes at the start, and has to fetch what is left in the corpse.",
        aliases=("k", "attack"),
    ),
    CoreCommand("flee", fights.flee, "fighting", "flee -- run from a fight, if there is a way", aliases=("fl",)),
    CoreCommand(
        "consider", fights.consider, "fighting", "consider WHOM -- guess how a fight would go", aliases=("con",)
    ),
    CoreCommand("assist", fights.assist, "fighting", "assist WHOM -- join somebody's fight"),
    CoreCommand("rescue", fights.rescue, "fighting", "rescue WHOM -- step between somebody and whoever fights them"),
    CoreCommand(
        "wimpy",
        fights.wimpy,
        "fighting",
        "wimpy [N] -- the hit points below which you run by yourself; 0 is never\n"
        "What you do when your connection is lost in a fight is another setting: set linkdead flee, or fight.",
    ),
]

SEEING = [
    CoreCommand(
        "look",
        rooms.look,
        "seeing",
        "look [THING | DIRECTION | in CONTAINER] -- look around, or at something\n"
        "Many rooms speak of more than they show: look at what their text names.\n"
        "2.guard is the second guard.",
        aliases=("l",),
    ),
    CoreCommand(
        "examine", rooms.look, "seeing", "examine THING -- the same as look THING", aliases=("x", "exa", "read")
    ),
    CoreCommand("exits", rooms.exits, "seeing", "exits -- the ways out of here and where they lead", aliases=("ex",)),
    CoreCommand(
        "map",
        maps.map_,
        "seeing",
        "map [RADIUS] -- draw what is around you, so many rooms far (5, and no more than your window holds)\n"
        "Your place is marked @. Ways through closed doors are marked +, ways that go on where the map ends ?.\n"
        "A world is not always flat: a room that fits nowhere on the map is named below it instead.\n"
        "With a screen reader the map is in words, two steps far: North: The Kitchen. Two north: The Yard.",
    ),
    CoreCommand(
        "who",
        who.who,
        "seeing",
        "who [NAME | ROLE | FLAG] -- who is in the world now, with role and flags\n"
        "who ada, who builders, who admins, who staff, who afk, who idle, who linkdead; several words go together.",
    ),
    CoreCommand("score", scores.score, "seeing", "score -- your own figures", aliases=("sc",)),
    CoreCommand(
        "affects",
        scores.affects,
        "seeing",
        "affects -- what magic, and what you wear, makes of you",
        aliases=("aff",),
    ),
    CoreCommand("uptime", times.uptime, "seeing", "uptime -- how long this world has been awake"),
]

MAGIC = [
    CoreCommand(
        "cast",
        magic.cast,
        "magic",
        "cast SPELL [WHOM | THING] -- cast a spell\n"
        "cast magic missile rat, cast 'cure light' ada, cast heal. In a fight a spell goes at your foe by itself.",
        aliases=("c",),
    ),
    CoreCommand("spells", magic.spells, "magic", "spells -- the spells there are, and what you lack for them"),
    CoreCommand("quaff", magic.quaff, "magic", "quaff POTION -- drink a potion"),
    CoreCommand("recite", magic.recite, "magic", "recite SCROLL [WHOM | THING] -- read a scroll aloud; it burns"),
    CoreCommand(
        "use", magic.use, "magic", "use WAND [WHOM] | use STAFF -- use the magic in a thing, a charge at a time"
    ),
]

THINGS = [
    CoreCommand("inventory", things.inventory, "things", "inventory -- what you carry", aliases=("i", "inv")),
    CoreCommand("equipment", things.equipment, "things", "equipment -- what you wear", aliases=("eq",)),
    CoreCommand(
        "get",
        things.get,
        "things",
        "get THING | get THING from CONTAINER -- pick something up\n"
        "get all, get all.bread, get 2.sword, get gold from chest",
        aliases=("take",),
    ),
    CoreCommand("drop", things.drop, "things", "drop THING | drop N gold -- put something on the ground"),
    CoreCommand(
        "give",
        things.give,
        "things",
        "give THING to WHOM | give N gold to WHOM | give THING to all -- hand something over\n"
        "give all ada, give all.bread to ada, give 2.sword to ada, give 10 coins to ada\n"
        "To all means every player here: each gets one such thing, or so much gold.",
    ),
    CoreCommand("put", things.put, "things", "put THING in CONTAINER | put N gold in CONTAINER -- put something away"),
    CoreCommand(
        "junk",
        junk.junk,
        "things",
        "junk THING -- destroy something that you carry, with all that is in it; it asks first\n"
        "junk bread, junk 2.sword, junk all.bread. Nobody gets it back, and nobody pays for it: shops do.",
    ),
    CoreCommand("wear", things.wearer("wear"), "things", "wear THING | wear all -- put something on"),
    CoreCommand("wield", things.wearer("wield", ("wield",)), "things", "wield WEAPON -- take a weapon in hand"),
    CoreCommand(
        "hold",
        things.wearer("hold", ("light", "hold")),
        "things",
        "hold THING -- take a light, or something else, in hand",
    ),
    CoreCommand(
        "remove",
        things.remove,
        "things",
        "remove THING | remove all -- take off what you wear",
        aliases=("rem",),
    ),
    CoreCommand("eat", food.eat, "things", "eat FOOD -- eat something; it gives back some of your breath"),
    CoreCommand("drink", food.drink, "things", "drink [from] VESSEL -- drink from what you carry, or from a fountain"),
    CoreCommand("fill", food.fill, "things", "fill VESSEL -- fill something to drink from, where there is a fountain"),
    CoreCommand(
        "open",
        doors.open_,
        "things",
        "open DOOR | open DIRECTION | open CONTAINER -- open something",
        aliases=("o",),
    ),
    CoreCommand("close", doors.close, "things", "close DOOR | close DIRECTION | close CONTAINER -- close something"),
    CoreCommand("lock", doors.lock, "things", "lock DOOR | lock CONTAINER -- lock something; you need its key"),
    CoreCommand(
        "unlock",
        doors.unlock,
        "things",
        "unlock DOOR | unlock CONTAINER -- unlock something; you need its key",
    ),
]

SHOPS = [
    CoreCommand(
        "list",
        shops.list_,
        "shops",
        "list [WORD] -- what the shop here has for sale\n"
        "Behind what is in store stands how many are left; the rest never runs out.\n"
        "A shop trades while its keeper is there and awake, and many keep hours: `time` tells how late it is.",
    ),
    CoreCommand(
        "buy",
        shops.buy,
        "shops",
        "buy [N] THING -- buy something, or N of it: all of them or none\nbuy bread, buy 5 bread, buy #3 of the list",
    ),
    CoreCommand(
        "sell",
        shops.sell,
        "shops",
        "sell THING -- sell something to the shop here\n"
        "sell key, sell all.bread, sell all: what the keeper wants of it, as long as there is gold in the till.\n"
        "What you sell stands in the list; the keeper sells it to whoever pays.",
    ),
    CoreCommand(
        "value",
        shops.value,
        "shops",
        "value THING -- what the shop here would pay for something\nvalue all: of everything that it takes.",
    ),
    CoreCommand("time", times.time, "seeing", "time -- the world's hour, day, season and year; shops open by it"),
]

TALKING = [
    CoreCommand(
        "say",
        talk.say,
        "talking",
        "say TEXT -- say something to everyone here\n'TEXT is shorter.",
        aliases=("'",),
    ),
    CoreCommand("think", talk.think, "talking", "think TEXT -- a thought to yourself; nobody else sees it"),
    CoreCommand(
        "tell",
        talk.tell,
        "talking",
        "tell NAME TEXT -- private words to somebody, wherever they are",
        aliases=("t",),
    ),
    CoreCommand("reply", talk.reply, "talking", "reply TEXT -- answer whoever told you something last", aliases=("r",)),
    CoreCommand("shout", talk.shout, "talking", "shout TEXT -- so that the whole world hears"),
    CoreCommand(
        "emote",
        talk.emote,
        "talking",
        "emote TEXT -- act something out: emote waves.\n:TEXT is shorter.",
        aliases=(":",),
    ),
]

SELF = [
    CoreCommand("help", help_pages.help_, "yourself", "help [WORD] -- help on a command or a topic", aliases=("?",)),
    CoreCommand("commands", help_pages.commands, "yourself", "commands -- the names of all commands"),
    CoreCommand(
        "set",
        fields.set_,
        "yourself",
        "set [NAME VALUE] -- your settings: colour, width, pager, charset, brief, pronouns, prompt, linkdead, summon\n"
        "For admins: set WHOM FIELD VALUE, of a player, a mob or a thing near; `help fields` has the fields.\n"
        "For admins: set ada level 5; set sword short a sword.",
    ),
    CoreCommand(
        "alias",
        alias.alias,
        "yourself",
        "alias [NAME [COMMANDS]] -- a word of your own for one or several commands; alone it lists them\n"
        "alias k kill $1; alias gw get $1;wield $1; alias greet say Hello, $*!\n"
        "$1 to $9 are the words you type behind it, $* is all of them; without any, they go to the end.\n"
        "An alias may use others. `unalias` forgets one. No alias can take the place of quit, help or alias itself.",
    ),
    CoreCommand("unalias", alias.unalias, "yourself", "unalias NAME -- forget an alias"),
    CoreCommand(
        "description",
        lambda ctx, args: editor.begin(ctx, "description", ctx.player.description),
        "yourself",
        "description -- write what others see when they look at you\n" + HELP,
    ),
    CoreCommand(
        "password",
        password.change,
        "yourself",
        "password -- change your password; it asks for the old one first",
    ),
    CoreCommand(
        "save",
        admin.save,
        "yourself",
        "save -- write the world to the disk now (it is written a few times a second anyway)",
    ),
    CoreCommand(
        "resume",
        resume.resume,
        "yourself",
        "resume [N] | resume forget [N] -- go on with what was left half written, or throw it away\n"
        "If your connection is lost in the middle of a letter, a notice, a description or a form, it is kept\n"
        "with you, and so it is when you quit. You are told of it when you come back.",
    ),
    CoreCommand("quit", login.quit_, "yourself", "quit -- leave the game; all that you have stays yours"),
]

#: The lowest position in which these can be used; all others can be used asleep.
NEEDS: dict[Position, frozenset[str]] = {
    "standing": frozenset((*DIRECTIONS, "recall")),
    "fighting": frozenset(("kill", "flee", "assist", "rescue", "cast", "quaff", "recite", "use")),
    "resting": frozenset(
        """look examine exits get drop give put junk wear wield hold remove open close lock unlock say shout emote
        consider list buy sell value eat drink fill""".split()
    ),
}


def _placed(command: CoreCommand) -> CoreCommand:
    """A command with the position that it needs."""
    needs = next((position for position, names in NEEDS.items() if command.name in names), command.needs)
    return msgspec.structs.replace(command, needs=needs)


COMMANDS: tuple[CoreCommand, ...] = tuple(
    map(_placed, (*MOVING, *SEEING, *FIGHTING, *MAGIC, *THINGS, *SHOPS, *TALKING, *SELF, *STAFF))
)
