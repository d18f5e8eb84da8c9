"""The table of built-in commands, with their help pages. What is not in here does not exist."""

from __future__ import annotations

from mud.core.area import DIRECTIONS
from mud.core.commands import Command
from mud.core.editing import HELP
from mud.play import (
    admin,
    alias,
    ban,
    editor,
    fields,
    force,
    freeze,
    login,
    lookup,
    modules,
    password,
    purge,
    records,
    rooms,
    snoop,
    talk,
    teleport,
    things,
    who,
)

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
    Command(
        "who",
        who.who,
        "seeing",
        "who [NAME | ROLE | FLAG] -- who is in the world now, with role and flags\n"
        "who ada, who builders, who admins, who staff, who afk, who idle, who linkdead; several words go together.",
    ),
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
        "give THING to WHOM | give N gold to WHOM | give THING to all -- hand something over\n"
        "give all ada, give all.bread to ada, give 2.sword to ada, give 10 coins to ada\n"
        "To all means every player here: each gets one such thing, or so much gold.",
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
        fields.set_,
        "yourself",
        "set [NAME VALUE] -- your settings: colour, width, pager, charset, brief, pronouns\n"
        "For admins also: set WHOM FIELD VALUE, of a player, a mob or a thing near.\n"
        "set ada level 5; set sword short a sword; `help fields` has the fields.",
    ),
    Command(
        "alias",
        alias.alias,
        "yourself",
        "alias [NAME [COMMANDS]] -- a word of your own for one or several commands; alone it lists them\n"
        "alias k kill $1; alias gw get $1;wield $1; alias greet say Hello, $*!\n"
        "$1 to $9 are the words you type behind it, $* is all of them; without any, they go to the end.\n"
        "An alias may use others. `unalias` forgets one. No alias can take the place of quit, help or alias itself.",
    ),
    Command("unalias", alias.unalias, "yourself", "unalias NAME -- forget an alias"),
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
        "teleport",
        teleport.teleport,
        "building",
        "teleport WHOM to ROOM | teleport WHOM to WHOM -- put a player or a mob somewhere else\n"
        "teleport ada to square, teleport guard to ada, teleport ada here",
        role="builder",
    ),
    Command(
        "transfer",
        teleport.transfer,
        "building",
        "transfer WHOM -- bring a player or a mob here",
        role="builder",
    ),
    Command(
        "purge",
        purge.purge,
        "building",
        "purge [MOB | THING] -- destroy a mob or a thing here; alone, all of them in the room\n"
        "What they hold goes too, and gold to the sink. Players are never purged, and purge alone spares\n"
        "the corpse of a player that still holds something.",
        role="builder",
        yields=True,
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
        "force",
        force.force,
        "admin",
        "force WHOM COMMAND -- have a player of a lower role than yours do something\n"
        "They do it with their own rights, and see that you made them. What can't be done is undone whole.",
        role="admin",
    ),
    Command(
        "snoop",
        snoop.snoop,
        "admin",
        "snoop [WHOM | off] -- read what a player of a lower role reads and types; alone it says whom you watch\n"
        "Each line begins with [NAME]; what they type with >. Passwords are never shown. They are not told.\n"
        "It goes on through a copyover, and ends when either of you leaves.",
        role="admin",
    ),
    Command("fields", fields.show, "admin", fields.HELP, role="admin"),
    Command(
        "wizlist",
        records.wizlist,
        "seeing",
        "wizlist -- who looks after this world: builders, admins, owners",
        yields=True,
    ),
    Command(
        "log",
        records.show_log,
        "admin",
        "log [N] [LEVEL] [WORDS] -- the last records of the server's log: of that level and above, with those words\n"
        "log; log 50; log warning; log 100 error flush; log mud.admin. LEVEL: debug, info, warning, error or critical.",
        role="admin",
    ),
    Command(
        "freeze",
        freeze.freeze,
        "admin",
        "freeze WHOM [because REASON] -- leave a player of a lower role nothing but look, help and quit\n"
        "In the world or away, by the whole name. It lasts until thaw, also over restarts. See who frozen.",
        role="admin",
    ),
    Command("thaw", freeze.thaw, "admin", "thaw WHOM -- let a frozen player go on", role="admin"),
    Command(
        "ban",
        ban.ban,
        "admin",
        "ban NAME|ADDRESS|NETWORK [for TIME] because REASON -- let somebody in no more\n"
        "ban ada for 7 days because spam; ban 192.0.2.7 because a bot; ban 2001:db8::/32 for 12 hours because a flood\n"
        "Whoever it is for and is here is put out. It goes by the clock on the wall, and lasts over restarts.",
        role="admin",
    ),
    Command("unban", ban.unban, "admin", "unban NAME|ADDRESS|NETWORK -- let somebody in again", role="admin"),
    Command("bans", ban.bans, "admin", "bans -- who is banned, until when, by whom and why", role="admin"),
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
