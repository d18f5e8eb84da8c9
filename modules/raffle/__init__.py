"""Raffle: the smallest complete module. Copy this folder to start a new one."""

from mud.api import Command, Context, Module, On, PlayerLeft, Rejected, State, Timer, Veto

#: More than anybody has of hit points, mana or movement: the prize fills up all of them.
MUCH = 1_000_000


class Raffle(State):
    """The characters that hold a ticket."""

    entrants: list[str] = []


class Draw(Timer):
    """The draw. The game keeps it, carries it over a copyover, then calls `draw`."""


def enter(ctx: Context[Raffle], args: str) -> None:
    """raffle -- take a ticket: it is free, and a minute after the first one is taken, one of them wins
    The prize is a draught of light: it fills up the winner's hit points, mana and movement."""
    if ctx.player.id in ctx.state.entrants:
        raise Rejected("You already hold a ticket.")
    ctx.state.entrants.append(ctx.player.id)
    if ctx.time_left(Draw) is None:
        ctx.set_timer(60, Draw())
    ctx.send(f"You take ticket {len(ctx.state.entrants)}. The draw is in {ctx.time_left(Draw):.0f} seconds.")


def draw(ctx: Context[Raffle], timer: Draw) -> None:
    """One of the tickets wins."""
    if ctx.state.entrants:
        winner = ctx.world.characters[ctx.random.choice(ctx.state.entrants)]
        ctx.mend(winner, hp=MUCH, mana=MUCH, move=MUCH)
        for character in ctx.world.players():
            ctx.tell(character, f"{winner.name} wins the raffle: a draught of light, and nothing hurts any more!")
    ctx.state.entrants.clear()


def forget(ctx: Context[Raffle], left: PlayerLeft) -> None:
    """A player who leaves gives the ticket back."""
    if left.character in ctx.state.entrants:
        ctx.state.entrants.remove(left.character)


def veto(ctx: Context[Raffle]) -> Veto | None:
    """Object in the last seconds: half the fun is to watch the clock."""
    left = ctx.time_left(Draw)
    return Veto.soft("the raffle is about to draw", clears_in=left) if left is not None and left < 5 else None


MODULE = Module(
    name="raffle",
    version="1.0.0",
    description="a ticket, a minute, a winner as good as new",
    author="Everwake",
    state=Raffle,
    commands=[Command("raffle", enter)],
    on=[On(Draw, draw), On(PlayerLeft, forget)],
    veto=veto,
)
