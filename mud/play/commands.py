"""The table of built-in commands, with their help pages. What is not in here does not exist."""

from __future__ import annotations

from mud.core.area import DIRECTIONS
from mud.core.commands import Command
from mud.core.editing import HELP
from mud.play import admin, editor, login, lookup, modules, password, reloading, rooms, talk, things
from mud.play.olc import begin

SHORT = {long: short for short, long in rooms.SHORT.items()}

MOVING = [
    Command(
        direction,
        rooms.mover(direction),
        "moving",
        f"{direction} -- go {direction}\n`exits` lists the ways out; `look {direction}` looks before you leap.",
        aliases=(SHORT[direction],),
    )
    for direction in DIRECTIONS
]

SEEING = [
    Command(
        "look",
        rooms.look,
        "seeing",
        "look [THING | DIRECTION | in CONTAINER] -- look around, or at something\n"
        "Many rooms speak of more than they show: look at what their text names.\n"
        "2.guard is the second guard.",
        aliases=("l",),
    ),
    Command("examine", rooms.look, "seeing", "examine THING -- the same as look THING", aliases=("x", "exa")),
    Command("exits", rooms.exits, "seeing", "exits -- the ways out of here and where they lead", aliases=("ex",)),
    Command("who", lookup.who, "seeing", "who -- who is in the world now, and for how long they have been idle"),
    Command("score", lookup.score, "seeing", "score -- your own figures", aliases=("sc",)),
    Command("uptime", lookup.uptime, "seeing", "uptime -- how long this world has been awake"),
]

THINGS = [
    Command("inventory", things.inventory, "things", "inventory -- what you carry", aliases=("i", "inv")),
    Command("equipment", things.equipment, "things", "equipment -- what you wear", aliases=("eq",)),
    Command(
        "get",
        things.get,
        "things",
        "get THING | get THING from CONTAINER -- pick something up\n"
        "get all, get all.bread, get 2.sword, get gold from chest",
        aliases=("take",),
    ),
    Command("drop", things.drop, "things", "drop THING | drop N gold -- put something on the ground"),
    Command(
        "give",
        things.give,
        "things",
        'give THING to WHOM | give N gold to WHOM -- hand something over\ngive "brass lantern" ada works too.',
    ),
    Command("put", things.put, "things", "put THING in CONTAINER | put N gold in CONTAINER -- put something away"),
    Command("wear", things.wearer("wear"), "things", "wear THING | wear all -- put something on"),
    Command("wield", things.wearer("wield", ("wield",)), "things", "wield WEAPON -- take a weapon in hand"),
    Command(
        "hold",
        things.wearer("hold", ("light", "hold")),
        "things",
        "hold THING -- take a light, or something else, in hand",
    ),
    Command(
        "remove",
        things.remove,
        "things",
        "remove THING | remove all -- take off what you wear",
        aliases=("rem",),
    ),
    Command(
        "open",
        rooms.open_,
        "things",
        "open DOOR | open DIRECTION | open CONTAINER -- open something",
        aliases=("o",),
    ),
    Command("close", rooms.close, "things", "close DOOR | close DIRECTION | close CONTAINER -- close something"),
    Command("lock", rooms.lock, "things", "lock DOOR | lock CONTAINER -- lock something; you need its key"),
    Command(
        "unlock",
        rooms.unlock,
        "things",
        "unlock DOOR | unlock CONTAINER -- unlock something; you need its key",
    ),
]

TALKING = [
    Command(
        "say",
        talk.say,
        "talking",
        "say TEXT -- say something to everyone here\n'TEXT is shorter.",
        aliases=("'",),
    ),
    Command("think", talk.think, "talking", "think TEXT -- a thought to yourself; nobody else sees it"),
    Command(
        "tell",
        talk.tell,
        "talking",
        "tell NAME TEXT -- private words to somebody, wherever they are",
        aliases=("t",),
    ),
    Command("reply", talk.reply, "talking", "reply TEXT -- answer whoever told you something last", aliases=("r",)),
    Command("shout", talk.shout, "talking", "shout TEXT -- so that the whole world hears"),
    Command(
        "emote",
        talk.emote,
        "talking",
        "emote TEXT -- act something out: emote waves.\n:TEXT is shorter.",
        aliases=(":",),
    ),
]

SELF = [
    Command("help", lookup.help_, "yourself", "help [WORD] -- help on a command or a topic", aliases=("?",)),
    Command("commands", lookup.commands, "yourself", "commands -- the names of all commands"),
    Command(
        "set",
        lookup.set_,
        "yourself",
        "set [NAME VALUE] -- your settings: colour, width, pager, charset, brief, pronouns",
    ),
    Command(
        "description",
        lambda ctx, args: editor.begin(ctx, "description", ctx.player.description),
        "yourself",
        "description -- write what others see when they look at you\n" + HELP,
    ),
    Command(
        "password",
        password.change,
        "yourself",
        "password -- change your password; it asks for the old one first",
    ),
    Command(
        "save",
        admin.save,
        "yourself",
        "save -- write the world to the disk now (it is written a few times a second anyway)",
    ),
    Command("quit", login.quit_, "yourself", "quit -- leave the game; all that you have stays yours"),
]

BUILDING = [
    Command(
        "goto",
        admin.goto,
        "building",
        "goto ROOM | goto NAME -- go to a room by its id, or to somebody",
        role="builder",
    ),
    Command(
        "where",
        admin.where,
        "building",
        "where [WORD] -- where the players are, or everything that answers to a word",
        role="builder",
    ),
    Command(
        "stat",
        admin.stat,
        "building",
        "stat [NAME | THING] -- all that is known of the room, somebody or something",
        role="builder",
    ),
    Command(
        "load",
        admin.load,
        "building",
        "load item ID | load mob ID -- make something from its definition",
        role="builder",
    ),
    Command(
        "world",
        reloading.world,
        "building",
        "world reload [AREA] -- take an area's file, or every one that changed, into the game\n"
        "If anything is wrong with it nothing changes, and you are told what, with file and line.\n"
        "Whoever is in a room that is gone is put into the area's first room.",
        role="builder",
    ),
]

OLC = """A form of fields opens: type a field's name or number and what it is to be; `help` in there explains.
`save` checks it and writes it into the area's file; `cancel` leaves. Nothing is changed before that.
Only an area's builders and admins may. A copyover keeps what is not saved."""

BUILDING += [
    Command(
        "redit",
        begin.redit,
        "building",
        f"redit [ROOM] | redit new ID -- edit this room, another one, or a new one\n{OLC}",
        role="builder",
    ),
    Command(
        "medit",
        begin.medit,
        "building",
        f"medit MOB | medit new ID -- edit a kind of mob, by its id\n{OLC}",
        role="builder",
    ),
    Command(
        "oedit",
        begin.oedit,
        "building",
        f"oedit ITEM | oedit new ID -- edit a kind of item, by its id\n{OLC}",
        role="builder",
    ),
    Command(
        "zedit",
        begin.zedit,
        "building",
        f"zedit [AREA] -- edit an area: its name, lifespan and resets\n{OLC}",
        role="builder",
    ),
    Command(
        "dig",
        begin.dig,
        "building",
        "dig DIRECTION [ROOM | new [ID]] -- a way to a room and back again; without ROOM to a new one\n"
        "Both are written into the file at once. redit makes doors and one-way exits.",
        role="builder",
    ),
]

ADMIN = [
    Command("grant", admin.grant, "admin", "grant NAME N gold -- gold from the mint", role="admin"),
    Command(
        "kick",
        admin.kick,
        "admin",
        "kick NAME [because REASON] -- put a player out of the game",
        role="admin",
    ),
    Command(
        "audit",
        admin.audit,
        "admin",
        "audit economy -- the ledger's sum, and any item without exactly one owner",
        role="admin",
    ),
    Command(
        "copyover",
        admin.copyover,
        "admin",
        "copyover [now | force] [because REASON] -- put new code under the running game; nobody is disconnected\n"
        "force: also when a module would rather wait.",
        role="admin",
    ),
    Command("modules", modules.modules, "admin", "modules -- the modules of this game and how they are", role="admin"),
    Command(
        "module",
        modules.module,
        "admin",
        "module NAME | module VERB NAME -- all about a module, or do something to it\n"
        + "\n".join(f"{verb}: {text}" for verb, text in modules.VERBS.items()),
        role="admin",
    ),
    Command(
        "shutdown",
        admin.shutdown,
        "admin",
        "shutdown now -- take the server down, with everything saved",
        role="admin",
    ),
]

COMMANDS: tuple[Command, ...] = (*MOVING, *SEEING, *THINGS, *TALKING, *SELF, *BUILDING, *ADMIN)
