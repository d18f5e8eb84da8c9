"""Rules of the house that a machine can check."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.assertions import Helpers, open_outcomes, skips, vain
from tests.tools import mount, need_tool

ROOT = Path(__file__).parent.parent
SOURCES = sorted([*(ROOT / "mud").rglob("*.py"), *(ROOT / "modules").rglob("*.py"), ROOT / "run.py"])

FILE_LINES = 450
FUNCTION_LINES = 60

#: What decodes or runs anything it is given, and what hands a text to a shell.
FORBIDDEN_IMPORTS = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}
FORBIDDEN_CALLS = {"eval", "exec", "compile", "__import__"}
FORBIDDEN_ATTRIBUTES = {"os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX)\b")


def imported(node: ast.AST) -> list[str]:
    """The dotted names that an import statement names."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def unsafe(source: str) -> Iterator[str]:
    """What a source does that is never done here."""
    for node in ast.walk(ast.parse(source)):
        for name in imported(node):
            if name.split(".")[0] in FORBIDDEN_IMPORTS or name in FORBIDDEN_ATTRIBUTES:
                yield f"imports {name}"
        if isinstance(node, ast.Name) and node.id in FORBIDDEN_CALLS:
            yield f"uses {node.id}"
        if isinstance(node, ast.Attribute) and ast.unparse(node) in FORBIDDEN_ATTRIBUTES:
            yield f"uses {ast.unparse(node)}"
        if isinstance(node, ast.keyword) and node.arg == "shell" and ast.unparse(node.value) != "False":
            yield "passes shell"


def too_long(source: str) -> Iterator[str]:
    """What can't be read at a sitting."""
    lines = len(source.splitlines())
    if lines > FILE_LINES:
        yield f"the file has {lines} lines"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_house_rules(path: Path) -> None:
    source = path.read_text("utf-8")
    assert [*unsafe(source), *too_long(source), *UNFINISHED.findall(source)] == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from marshal import loads",
        "def f():\n    import shelve",
        "eval('1')",
        "run = exec",
        "__import__('os')",
        "subprocess.run('x', shell=True)",
        "subprocess.run('x', shell=sure)",
        "os.system('x')",
        "from os import popen",
    ],
)
def test_unsafe_code_is_found(source: str) -> None:
    assert len(list(unsafe(source))) == 1


@pytest.mark.parametrize(
    "source",
    [
        "re.compile('x')",
        "os.execv('x', [])",
        "subprocess.run(['x'], shell=False)",
        "def f(evaluate): return evaluate()",
    ],
)
def test_what_only_looks_unsafe_passes(source: str) -> None:
    assert list(unsafe(source)) == []


def test_what_is_too_long_is_found() -> None:
    body = "    pass\n" * FUNCTION_LINES
    assert list(too_long(f"async def f():\n{body}")) == ["f has 61 lines"]
    assert list(too_long("x = 1\n" * (FILE_LINES + 1))) == ["the file has 451 lines"]
    assert list(too_long("x = 1\n" * FILE_LINES)) == []


def test_unfinished_work_is_found() -> None:
    assert UNFINISHED.search("x = 1  # FIXME: wrong") and not UNFINISHED.search("PSEUDOTODOS")


#: Who may use the journal: the core, which has it, and the kernel, which begins and ends events.
KERNEL = ("mud/core/", "mud/game.py")


def uses_journal(source: str) -> list[str]:
    """Where a source reaches for a journal, or makes one."""
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute | ast.Name)]
    names = ((n.lineno, n.attr if isinstance(n, ast.Attribute) else n.id) for n in nodes)
    return [f"{line}: {name}" for line, name in sorted(names) if name in ("journal", "_journal", "Journal")]


def test_nobody_but_the_kernel_touches_the_journal() -> None:
    places = [(str(path.relative_to(ROOT)), path.read_text("utf-8")) for path in SOURCES]
    assert {name: found for name, text in places if (found := uses_journal(text))}.keys() > {"mud/game.py"}
    outside = {name: found for name, text in places if not name.startswith(KERNEL) and (found := uses_journal(text))}
    assert outside.pop("mud/testing/bypasses.py")[0].endswith("journal")  # it looks for what goes around
    assert outside == {}


@pytest.mark.parametrize("source", ["ctx.world.journal.touch('a')", "Journal()", "w._journal.dirty", "journal = 1"])
def test_a_use_of_the_journal_is_found(source: str) -> None:
    assert len(uses_journal(source)) == 1


def asked_for(source: str) -> set[str]:
    """The programs that a test asks for by name."""
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    texts = [call.args[0] for call in calls if ast.unparse(call.func) == "need_tool" and call.args]
    return {str(text.value) for text in texts if isinstance(text, ast.Constant)}


def test_make_tools_brings_what_tests_ask_for() -> None:
    brought = set(re.findall(r"^ +need (\S+) \S+$", (ROOT / ".ci/tools").read_text("utf-8"), re.MULTILINE))
    tests = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    asked = {name for path in tests for name in asked_for(path.read_text("utf-8"))}
    assert "strace" in brought
    assert asked - brought == set()


def test_a_missing_tool_fails_its_test_in_ci_and_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-tool is missing"):
        need_tool("no-such-tool")


def test_a_missing_tool_skips_its_test_elsewhere_and_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-tool is missing"):
        need_tool("no-such-tool")


def test_what_can_not_be_mounted_fails_its_test_in_ci(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="mounting is not permitted here: mount: "):
        mount("-t", "no-such-type", "none", tmp_path)


def test_a_tool_that_is_there_is_found() -> None:
    assert need_tool("sh").endswith("/sh")


#: Folders of tests that are about the whole, or about what is no code; everything else mirrors mud/.
WHOLE = {"bench", "bots", "e2e", "economy", "mutants", "world", "worlds"}


def mirrors(test: Path, sources: set[str]) -> bool:
    """Whether tests/net/test_telnet.py is named after a source file, mud/net/telnet.py; test_telnet_topic.py is too."""
    if test.parent == Path() or test.parts[0] in WHOLE:
        return True  # beside this file: about the house itself, or about a file of mud/ as game.py
    words = test.stem.removeprefix("test_").split("_")
    return any(str(test.parent / "_".join(words[:n])) in sources for n in range(1, len(words) + 1))


def test_tests_mirror_the_source() -> None:
    sources = {str(path.relative_to(ROOT / "mud").with_suffix("")) for path in (ROOT / "mud").rglob("*.py")}
    tests = [path.relative_to(ROOT / "tests") for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(tests) > 100 and [str(test) for test in tests if not mirrors(test, sources)] == []


@pytest.mark.parametrize(
    ("test", "found"),
    [
        ("net/test_telnet.py", True),
        ("net/test_telnet_crowd.py", True),
        ("core/test_telnet.py", False),
        ("net/test_tel.py", False),
        ("e2e/test_anything.py", True),
    ],
)
def test_a_test_without_its_source_is_found(test: str, found: bool) -> None:
    assert mirrors(Path(test), {"net/telnet"}) is found


TESTS = [path for folder in ("tests", "modules") for path in sorted((ROOT / folder).rglob("*.py"))]


def test_every_test_can_fail_says_what_it_expects_and_runs_in_ci() -> None:
    sources = {path.relative_to(ROOT): path.read_text("utf-8") for path in TESTS if "tests" in path.parts}
    faults = [f"{path}:{x}" for path, text in sources.items() for x in (*vain(text), *open_outcomes(text))]
    allowed = {Path("tests/tools.py"), Path("tests/test_house.py")}  # what skips for all, and its test
    faults += [f"{path}:{x}" for path, text in sources.items() if path not in allowed for x in skips(text)]
    kit = {path.relative_to(ROOT): path.read_text("utf-8") for path in (ROOT / "mud/testing").glob("*.py")}
    assert [*faults, *(f"{test} asserts nothing" for test in Helpers(sources | kit).idle_tests())] == []


@pytest.mark.parametrize(
    "line",
    [
        "assert True",
        "assert 'x'",
        "assert (x == 1, 'a tuple')",
        "assert lambda: x",
        "assert f'{x}'",
        "assert not None",
        "assert x == 1 or 1",
        "assert x and True",
        "assert 1 == 1",
        "assert x.y == x.y",
        "assert 'a' in x + 'a'",
        "assert 'a' in f(x) + ' a '",
        "assert (x or WANTED) == WANTED",
        "assert f(x or WANTED) == WANTED",
        "wait_for(lambda: x or True, 'it')",
    ],
)
def test_an_assertion_that_can_not_fail_is_found(line: str) -> None:
    assert len(list(vain(line))) == 1


@pytest.mark.parametrize(
    "line",
    [
        "assert x",
        "assert f() == f()",
        "assert 'a' in x + 'b'",
        "assert x is True",
        "assert not x",
        "assert ()",
        "y = x or 'a'",
        "assert (x or y) == z",
    ],
)
def test_an_assertion_that_can_fail_passes(line: str) -> None:
    assert list(vain(line)) == []


@pytest.mark.parametrize(
    "line",
    [
        "assert x == 1 or x == 2",
        "assert y and (x == 1 or x == 2)",
        "assert x in (1, 2)  # type: ignore[x]",
        "assert x in {1, 2}",
        "client.expect(r'one \\(|two')",
        "pytest.raises(E, match='one.*|(two|three)')",
    ],
)
def test_an_outcome_that_is_left_open_needs_a_reason(line: str) -> None:
    assert len(list(open_outcomes(line))) == 1
    assert list(open_outcomes(f"{line}  # chance decides")) == list(open_outcomes(f"# Chance decides.\n{line}")) == []


@pytest.mark.parametrize("line", ["assert x in (1,)", "client.expect(r'a\\|b (c|d) [|]')", "f('a|b')", "x = a or b"])
def test_one_outcome_passes(line: str) -> None:
    assert list(open_outcomes(line)) == []


HELPERS = {
    Path("tests/help.py"): """
def checked(x): assert x == 1
def narrowed(x): assert x is not None and isinstance(x, int)
def through(x): checked(x)
class Client:
    def see(self): assert self.x
    def run(self): assert self.x
class Other:
    def run(self): return 1
""",
    Path("tests/test_it.py"): """
from tests.help import checked, narrowed, through as by
def test_itself(): assert f()
def test_by_a_function(): by(1)
def test_by_a_method(): client.see()
async def test_by_raises():
    with pytest.raises(E): f()
def test_by_nothing(): f()
def test_by_a_type(): narrowed(1)
def test_by_who_knows_whose(): client.run()
""",
}


def test_a_test_that_asserts_nothing_is_found() -> None:
    assert {found.rpartition("::")[2] for found in Helpers(HELPERS).idle_tests()} == {
        "test_by_nothing",
        "test_by_a_type",
        "test_by_who_knows_whose",
    }


@pytest.mark.parametrize(
    "line", ["pytest.skip('x')", "@pytest.mark.skipif(x)\ndef f(): ...", "pytest.importorskip('x')"]
)
def test_a_test_that_skips_by_itself_is_found(line: str) -> None:
    assert len(list(skips(line))) == 1
