"""The commands of builders and admins, with their help pages."""

from __future__ import annotations

from mud.core.context import CoreCommand
from mud.play.olc import begin
from mud.play.staff import (
    admin,
    ban,
    copyover_command,
    copyover_syntax,
    fields,
    force,
    freeze,
    modules,
    purge,
    records,
    snoop,
    teleport,
    world_files,
)

BUILDING = [
    CoreCommand(
        "world",
        world_files.world,
        "building",
        "world check [AREA] | world reload [AREA] -- look at the world's files, or take them into the game\n"
        "world check: look at them, as they are now, for mistakes, each with its file and line.\n"
        "Doors with one side, rooms that nobody can walk to, resets that can't work, keys that fit nowhere, unknown\n"
        "names. It is done beside the game, and may take some seconds in a large world.\n"
        "world reload: take an area's file, or every one that changed, into the game. If anything is wrong with it\n"
        "nothing changes, and you are told what. Whoever is in a room that is gone is put into the area's first.",
        role="builder",
    ),
    CoreCommand(
        "goto",
        admin.goto,
        "building",
        "goto ROOM | goto NAME -- go to a room by its id, or to somebody",
        role="builder",
    ),
    CoreCommand(
        "where",
        admin.where,
        "building",
        "where [WORD] -- where the players are, or everything that answers to a word",
        role="builder",
    ),
    CoreCommand(
        "stat",
        admin.stat,
        "building",
        "stat [NAME | THING] -- all that is known of the room, somebody or something",
        role="builder",
    ),
    CoreCommand(
        "load",
        admin.load,
        "building",
        "load item ID | load mob ID -- make something from its definition",
        role="builder",
    ),
    CoreCommand(
        "teleport",
        teleport.teleport,
        "building",
        "teleport WHOM to ROOM | teleport WHOM to WHOM -- put a player or a mob somewhere else\n"
        "teleport ada to square, teleport guard to ada, teleport ada here",
        role="builder",
    ),
    CoreCommand(
        "transfer",
        teleport.transfer,
        "building",
        "transfer WHOM -- bring a player or a mob here",
        role="builder",
    ),
    CoreCommand(
        "purge",
        purge.purge,
        "building",
        "purge [MOB | THING | all] -- destroy a mob or a thing here, or all of them in the room\n"
        "What they hold goes too, and gold to the sink. Players are never purged, and purge all spares\n"
        "the corpse of a player that still holds something. Alone it asks first.",
        role="builder",
        yields=True,
    ),
]

OLC = """A form of fields opens: type a field's name or number and what it is to be; `help` in there explains.
`save` checks it and writes it into the area's file; `cancel` leaves. Nothing is changed before that.
Only an area's builders and admins may. A copyover keeps what is not saved."""

BUILDING += [
    CoreCommand(
        "redit",
        begin.redit,
        "building",
        f"redit [ROOM] | redit new ID -- edit this room, another one, or a new one\n{OLC}",
        role="builder",
    ),
    CoreCommand(
        "medit",
        begin.medit,
        "building",
        f"medit MOB | medit new ID -- edit a kind of mob, by its id\n{OLC}",
        role="builder",
    ),
    CoreCommand(
        "oedit",
        begin.oedit,
        "building",
        f"oedit ITEM | oedit new ID -- edit a kind of item, by its id\n{OLC}",
        role="builder",
    ),
    CoreCommand(
        "zedit",
        begin.zedit,
        "building",
        "zedit [AREA] | zedit new ID -- edit an area: its name, lifespan and resets; or begin a new one (admins)\n"
        f"A new area gets a file of its own and a first room.\n{OLC}",
        role="builder",
    ),
    CoreCommand(
        "dig",
        begin.dig,
        "building",
        "dig DIRECTION [ROOM | new [ID]] -- a way to a room and back again; without ROOM to a new one\n"
        "Both are written into the file at once. redit makes doors and one-way exits.",
        role="builder",
    ),
]

ADMIN = [
    CoreCommand("grant", admin.grant, "admin", "grant NAME N gold -- gold from the mint", role="admin"),
    CoreCommand(
        "kick",
        admin.kick,
        "admin",
        "kick NAME [because REASON] -- put a player out of the game",
        role="admin",
    ),
    CoreCommand(
        "force",
        force.force,
        "admin",
        "force WHOM COMMAND -- have a player of a lower role than yours do something\n"
        "They do it with their own rights, and see that you made them. What can't be done is undone whole.",
        role="admin",
    ),
    CoreCommand(
        "snoop",
        snoop.snoop,
        "admin",
        "snoop [WHOM | off] -- read what a player of a lower role reads and types; alone it says whom you watch\n"
        "Each line begins with [NAME]; what they type with >. Passwords are never shown. They are not told.\n"
        "It goes on through a copyover, and ends when either of you leaves.",
        role="admin",
    ),
    CoreCommand("fields", fields.show, "admin", fields.HELP, role="admin"),
    CoreCommand(
        "wizlist",
        records.wizlist,
        "seeing",
        "wizlist -- who looks after this world: builders, admins, owners",
        yields=True,
    ),
    CoreCommand(
        "log",
        records.show_log,
        "admin",
        "log [N] [LEVEL] [WORDS] -- the last records of the server's log: of that level and above, with those words\n"
        "log; log 50; log warning; log 100 error flush; log mud.admin. LEVEL: debug, info, warning, error or critical.",
        role="admin",
    ),
    CoreCommand(
        "freeze",
        freeze.freeze,
        "admin",
        "freeze WHOM [because REASON] -- leave a player of a lower role nothing but look, help and quit\n"
        "In the world or away, by the whole name. It lasts until thaw, also over restarts. See who frozen.",
        role="admin",
    ),
    CoreCommand("thaw", freeze.thaw, "admin", "thaw WHOM -- let a frozen player go on", role="admin"),
    CoreCommand(
        "ban",
        ban.ban,
        "admin",
        "ban NAME|ADDRESS|NETWORK [for TIME] because REASON -- let somebody in no more\n"
        "ban ada for 7 days because spam; ban 192.0.2.7 because a bot; ban 2001:db8::/32 for 12 hours because a flood\n"
        "Whoever it is for and is here is put out. It goes by the clock on the wall, and lasts over restarts.",
        role="admin",
    ),
    CoreCommand("unban", ban.unban, "admin", "unban NAME|ADDRESS|NETWORK -- let somebody in again", role="admin"),
    CoreCommand("bans", ban.bans, "admin", "bans -- who is banned, until when, by whom and why", role="admin"),
    CoreCommand(
        "audit",
        admin.audit,
        "admin",
        "audit economy -- the ledger's sum, and any item without exactly one owner",
        role="admin",
    ),
    CoreCommand(
        "copyover",
        copyover_command.copyover,
        "admin",
        copyover_syntax.HELP,
        role="admin",
    ),
    CoreCommand(
        "modules", modules.modules, "admin", "modules -- the modules of this game and how they are", role="admin"
    ),
    CoreCommand(
        "module",
        modules.module,
        "admin",
        "module NAME | module VERB NAME -- all about a module, or do something to it\n"
        + "\n".join(f"{verb}: {text}" for verb, text in modules.VERBS.items()),
        role="admin",
    ),
    CoreCommand(
        "shutdown",
        admin.shutdown,
        "admin",
        "shutdown now -- take the server down, with everything saved",
        role="admin",
    ),
]

STAFF = (*BUILDING, *ADMIN)
