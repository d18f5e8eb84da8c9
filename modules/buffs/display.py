"""`buffs`: the effects on somebody, where they come from, and how long they last."""

from __future__ import annotations

from modules.buffs.kinds import KINDS
from modules.buffs.state import Buffs, Effect, active, moment, on, sums
from mud.api import Character, Context, Rejected, duration


def buffs(ctx: Context[Buffs], args: str) -> None:
    """buffs [NAME] -- the effects on you: how long each lasts, where it comes from and what it does
    A number after it, like (x2), says how often it counts.
    For builders: `buffs NAME` shows the effects on somebody here, or on a player anywhere."""
    who = ctx.player
    if args.strip() and ctx.may("builder"):
        who = ctx.seek_here(args.strip()) or ctx.find_player(args.strip())
    elif args.strip():
        raise Rejected("You can only see the effects on yourself: buffs.")
    effects = on(ctx, who).effects
    subject = "you" if who is ctx.player else ctx.world.called(who)
    if not effects:
        ctx.send(f"There is no magic on {subject}.")
        return
    counting = active(effects)
    rows = [f"On {subject}:"]
    for effect in sorted(effects, key=lambda e: (e.kind, e.origin)):
        rows += described(ctx, who, effect, counting.get(effect.kind) is effect)
    ctx.page("\n".join(rows))


def described(ctx: Context[Buffs], who: Character, effect: Effect, counts: bool) -> list[str]:
    """An effect in two lines."""
    name = f"{effect.kind} (x{effect.stacks})" if effect.stacks > 1 else effect.kind
    if counts:
        doing = does(effect) if does(effect) != effect.kind else ""  # sanctuary is sanctuary
    elif effect.kind not in KINDS:
        doing = "(its kind no longer exists)"
    else:
        doing = "(a stronger one counts)" if effect.stacks else "(broken for now)"
    return [f"  {name:22} {left(ctx, who, effect):>20}  {effect.source}", *([f"      {doing}"] if doing else [])]


def left(ctx: Context[Buffs], who: Character, effect: Effect) -> str:
    """How long an effect lasts, in words; near its end with tenths of a second."""
    if effect.ends is None:
        return "while it is there"
    since = on(ctx, who).since
    seconds = max(0, effect.ends - (since if since is not None else moment(ctx))) / 1000
    return f"{seconds:.1f} s" if seconds < 60 else duration(seconds)


def does(effect: Effect) -> str:
    """What an effect does, in words."""
    kind = KINDS[effect.kind]
    parts = [name if by == 1 and name in kind.states else f"{name} {by:+}" for name, by in sums([effect]).items()]
    for name, by in kind.tick.items():
        parts.append(f"{name} {kind.grown('tick', by, effect.level) * effect.stacks:+} every {kind.every:g} s")
    return ", ".join(part.replace("_", " ") for part in parts)
