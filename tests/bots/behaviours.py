"""What bots do: a table of behaviours with weights. One whose command the game does not know is given up."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from tests.bots.bot import Bot

#: Rounds of a fight that a bot stays for, and seconds between two looks at it.
LONGEST_FIGHT, ROUND = 25, 2.0
_LISTED = re.compile(r"^\s*(?:\(?\d+\)?[.)]?\s+)?(?:an?|the|some)?\s*([a-z][a-z' -]{3,})", re.M)
PHRASES = ("the lamp is lit", "grüße aus der Ferne", "who goes there", "∞ and back", "a quiet evening, this")
SOCIALS = ("smile", "bow", "wave", "nod", "laugh")
SPELLS = ("magic missile", "cure light", "armor", "armour", "bless", "detect magic", "burning hands")


class Behaviour(NamedTuple):
    """A thing to do, and how often compared to the others."""

    name: str
    weight: float
    act: Callable[[Bot], Awaitable[None]]


async def explore(bot: Bot) -> None:
    """A few steps, doors and all."""
    for _ in range(bot.random.randint(1, 4)):
        if not bot.ways:
            await bot.do("look")
        if not bot.ways:
            return
        way = bot.random.choice(bot.ways)
        if way.startswith("("):
            way = way.strip("()")
            await bot.do(f"open {way}")
        answer = await bot.do(way)
        if "exhausted" in answer or "a fight" in answer or "stand" in answer:
            return


async def look(bot: Bot) -> None:
    """At the room, or at something in it."""
    word = bot.thing()
    await bot.do(bot.random.choice(("look", "exits", f"look {word}" if word else "look")))


async def gather(bot: Bot) -> None:
    """Pick things up, and rob the dead."""
    await bot.do(bot.random.choice(("get all", "get all corpse", "get gold", f"get {bot.thing() or 'all'}")))


async def scatter(bot: Bot) -> None:
    """Leave something on the ground, or some gold."""
    words = await carried(bot)
    await bot.do(bot.random.choice((f"drop {bot.random.choice(words)}" if words else "drop all", "drop 3 gold")))


async def carried(bot: Bot) -> list[str]:
    """Words of what the bot carries."""
    return listed(await bot.do("inventory"))


def listed(text: str) -> list[str]:
    """The last word of each thing in a list."""
    rows = [row for row in text.splitlines() if row.startswith(" ")]
    return [found[1].split()[-1] for row in rows if (found := _LISTED.search(row))]


async def dress(bot: Bot) -> None:
    """Put on what there is, or take it off."""
    await bot.do(bot.random.choice(("wear all", "wear all", "remove all")))
    await bot.do("equipment")


async def share(bot: Bot) -> None:
    """Give another bot something, or some gold; most often it is not here."""
    words, whom = await carried(bot), bot.friend()
    what = bot.random.choice(words) if words and bot.random.random() < 0.5 else "2 gold"
    await bot.do(f"give {what} to {whom}")


async def say(bot: Bot) -> None:
    """Say something, numbered."""
    bot.done["words"] += 1
    await bot.do(f"say {bot.done['words']}. {bot.random.choice(PHRASES)}")


async def chat(bot: Bot) -> None:
    """Chat something, numbered: who is there hears every number once."""
    number = bot.client.tally.last["chatted"] + 1
    await bot.do(f"chat {number}. {bot.random.choice(PHRASES)}")


async def tell(bot: Bot) -> None:
    """Tell another bot something."""
    await bot.do(f"tell {bot.random.choice(bot.others)} {bot.random.choice(PHRASES)}")


async def wander_off(bot: Bot) -> None:
    """Out of the keyboard's reach, and back."""
    await bot.do("afk a moment")
    await bot.do("afk")


async def act(bot: Bot) -> None:
    """A social, or an emote."""
    await bot.do(bot.random.choice((*SOCIALS, "emote hums")))


async def ask(bot: Bot) -> None:
    """Look something up."""
    await bot.do(bot.random.choice(("who", "score", "uptime", "commands", "help kill", "equipment", "exits")))


async def consider(bot: Bot) -> None:
    """Think about a fight."""
    await bot.do(f"consider {bot.thing() or bot.name}")


async def fight(bot: Bot) -> None:
    """Attack what is here, to the end or until it gets too hot; most of what a bot takes for a foe is none."""
    for word in bot.random.sample(bot.things, min(6, len(bot.things))):
        deaths = bot.done["died"]
        answer = await bot.do(f"kill {word}")
        for _ in range(LONGEST_FIGHT):
            if " foe: " not in answer and "fighting" not in await bot.do("score"):
                break
            bot.done["rounds"] += 1
            bot.see(answer := await bot.client.listen(ROUND))
            if bot.done["died"] > deaths:
                return
            if not bot.reckless and (bot.random.random() < 0.1 or (await bot.health())[0] < 0.3):
                await bot.do("flee")


async def recall(bot: Bot) -> None:
    """Home."""
    await bot.do("recall")


async def rest(bot: Bot) -> None:
    """Rest or sleep until well, or for so long."""
    if min(await bot.health()) > 0.6:
        return
    await bot.do(bot.random.choice(("rest", "sleep")))
    for _ in range(8):
        if min(await bot.health()) > 0.9:
            break
        bot.see(await bot.client.listen(ROUND))
    await bot.client.command("wake")
    await bot.do("stand")


async def shop(bot: Bot) -> None:
    """Look for a shop, not far; buy something, and sell something."""
    goods = listed(await bot.do("list"))
    for _ in range(3):
        if goods:
            break
        await explore(bot)
        goods = listed(await bot.do("list"))
    await bot.do(f"buy {bot.random.choice(goods) if goods else 'bread'}")
    words = await carried(bot)
    if words:
        what = bot.random.choice(words)
        await bot.do(f"value {what}")
        await bot.do(f"sell {what}")


async def cast(bot: Bot) -> None:
    """A spell, at oneself, at something, at nothing."""
    whom = bot.random.choice((bot.name, bot.thing() or "", ""))
    await bot.do(f"cast '{bot.random.choice(SPELLS)}' {whom}")


async def use(bot: Bot) -> None:
    """Potions, scrolls, wands."""
    words = await carried(bot)
    await bot.do(f"{bot.random.choice(('quaff', 'recite', 'use'))} {bot.random.choice(words or ['potion'])}")


async def together(bot: Bot) -> None:
    """Follow somebody, form a group, share, leave it."""
    whom = bot.friend()
    joining = (f"follow {whom}", f"follow {whom}", "follow stop", "lose", f"assist {whom}", f"rescue {whom}")
    joined = ("group", "group all", f"group {whom}", "split 3", "gtell here we go", "ungroup")
    await bot.do(bot.random.choice((*joining, *joined)))


async def trade(bot: Bot) -> None:
    """The window for two, from asking, or saying yes, to accepting or calling it off."""
    whom, bot.asked = bot.asked or bot.friend(), ""
    answer = await bot.do(f"trade {whom}")
    if "no " in answer and "trade with" in answer:
        return
    words = await carried(bot)
    what = bot.random.choice(words) if words and bot.random.random() < 0.5 else "2 gold"
    for act in (f"offer {what}", "accept", bot.random.choice(("accept", "accept", "withdraw 1 gold", "cancel"))):
        await bot.do(f"trade {act}")
        bot.see(await bot.client.listen(1.0))


async def auction(bot: Bot) -> None:
    """Put something up, bid on something, take it back, look."""
    lot, price = bot.random.randint(1, 12), bot.random.randint(1, 30)
    acts = [f"bid {lot} {price}", f"bid {lot} {price}", f"cancel {lot}", f"buy {lot}", "list", "collect", "history"]
    words = await carried(bot)
    if words:
        acts += [f"sell {bot.random.choice(words)} {price} 20s buyout {price + 9}"] * 4
    await bot.do(f"auction {bot.random.choice(acts)}")


async def gamble(bot: Bot) -> None:
    """A ticket of the raffle."""
    await bot.do("raffle")


async def describe(bot: Bot) -> None:
    """A conversation of several lines at once: the editor."""
    await bot.do(f"description\n.clear\nTall, number {bot.done['describe']}.\n{{red}}A scar.\n.save")


async def write(bot: Bot) -> None:
    """Write to another bot, and read what came."""
    whom = bot.random.choice(bot.others)
    reading = ("mail", "mail 1", "mail delete 1", "board", "board 1", f"finger {whom}", "title the Restless")
    writing = (f"mail {whom} Hello\nAll is well here.\n.save", "board write Lost\nOne lamp.\n.save")
    await bot.do(bot.random.choice((*reading, *writing)))


async def blunder(bot: Bot) -> None:
    """What fingers slip to."""
    slips = (
        "get",
        "north north",
        "look in in",
        "drop 99999999999999999999 gold",
        "say \x1b[31mred",
        "put me in me",
        "'",
    )
    await bot.client.command(bot.random.choice(slips))


async def come_back(bot: Bot) -> None:
    """Lose the connection, or leave; and come back."""
    if bot.random.random() < 0.5:
        bot.client.send("quit")
        text = await bot.client.expect(r"Until another day\.|> ")  # not in the middle of a fight
        bot.see(text)
    await bot.client.close()
    await bot.enter(new=False)


BEHAVIOURS: tuple[Behaviour, ...] = (
    Behaviour("explore", 24, explore),
    Behaviour("look", 6, look),
    Behaviour("gather", 7, gather),
    Behaviour("scatter", 6, scatter),
    Behaviour("dress", 3, dress),
    Behaviour("share", 3, share),
    Behaviour("say", 6, say),
    Behaviour("chat", 6, chat),
    Behaviour("tell", 3, tell),
    Behaviour("act", 3, act),
    Behaviour("ask", 5, ask),
    Behaviour("consider", 4, consider),
    Behaviour("fight", 9, fight),
    Behaviour("recall", 3, recall),
    Behaviour("rest", 5, rest),
    Behaviour("shop", 7, shop),
    Behaviour("trade", 4, trade),
    Behaviour("auction", 4, auction),
    Behaviour("cast", 4, cast),
    Behaviour("use", 2, use),
    Behaviour("together", 4, together),
    Behaviour("gamble", 1, gamble),
    Behaviour("describe", 1, describe),
    Behaviour("write", 2, write),
    Behaviour("wander_off", 1, wander_off),
    Behaviour("blunder", 2, blunder),
    Behaviour("come_back", 1, come_back),
)
