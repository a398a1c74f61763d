"""The translator names the place of every mistake, and refuses what it does not take."""

import re
from pathlib import Path

import pytest

from mql5.simulator import builtins
from mql5.simulator.build import check, conversions
from mql5.simulator.compiler import CompileError
from mql5.simulator.translator import TranslationError, translate


def program(folder: Path, text: str) -> Path:
    path = folder / "program.mq5"
    path.write_text(text, encoding="utf-8")
    return path


REFUSED = {
    "a reference outside parameters": ("void OnStart()\n{\n int a; int &b = a;\n}", 3, "only as parameters"),
    "a pointer to a structure": ("struct S { int x; };\nS *g_s;", 2, "only classes have pointers"),
    "a pointer to a pointer": ("class C {};\nC **g_c;", 2, "pointers to pointers"),
    "a handler with other parameters": ("int x;\nvoid OnDeinit() {}", 2, "OnDeinit takes 1 parameters"),
    "a handler with another result": ("bool OnTick() { return true; }", 1, "OnTick returns void"),
    "#if": ("int a;\n#if a\n#endif", 2, "#if is not taken"),
    "#import": ('#import "x.dll"\n', 1, "#import is not taken"),
    "a missing file": ("\n#include <Absent.mqh>\n", 2, "cannot find Absent.mqh"),
    "an unknown escape": ('string s = "a\\/b";', 1, "is not an escape"),
    "a bracket never closed": ("void OnStart()\n{\n if(true) {\n}", 2, "never closed"),
    "a bracket of another kind": ("void OnStart() { f(1]; }", 1, "closes a bracket of another kind"),
    "a macro with too few arguments": ("#define M(a, b) a\nint x = M(1);", 2, "takes 2 arguments"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_taken_is_named_with_its_line(tmp_path: Path, case: str) -> None:
    text, line, words = REFUSED[case]
    with pytest.raises(TranslationError, match=re.escape(words)) as caught:
        translate(program(tmp_path, text), [tmp_path])
    assert f"program.mq5:{line}:" in str(caught.value)


BAD_LINES = {
    3: "NoSuchFunction(1);",
    4: 'string text = "a" + 1;',
    5: "ENUM_ORDER_TYPE type = 1;",
    6: "InpCount = 2;",
    7: "auto number = 3;",
    8: "MqlTick tick; tick.price = 1;",
    9: "int length = StringLen();",
    10: "datetime at = TimeCurrent(1);",
    11: "long ticket = OrderGetInteger(POSITION_MAGIC);",
    12: "uchar bytes[4]; bytes = NULL;",
}


def test_the_compiler_checks_types_and_names_lines_of_the_mql5_file(tmp_path: Path) -> None:
    lines = ["input int InpCount = 1;", "void OnStart() {", *BAD_LINES.values(), "}"]
    with pytest.raises(CompileError) as caught:
        check(program(tmp_path, "\n".join(lines)))
    found = {int(line) for line in re.findall(r"program\.mq5:(\d+):\d+: error", str(caught.value))}
    assert found == set(BAD_LINES)


def test_a_file_is_included_once(tmp_path: Path) -> None:
    (tmp_path / "Once.mqh").write_text("class Once { };\n", encoding="utf-8")
    path = program(tmp_path, "#include <Once.mqh>\n#include <Once.mqh>\n")
    translation = translate(path, [tmp_path])
    assert translation.files == [path, tmp_path / "Once.mqh"]
    assert translation.code.count("class Once  :") == 1


def test_properties_are_kept(tmp_path: Path) -> None:
    assert translate(program(tmp_path, '#property version "1.02"\n')).properties == {"version": "1.02"}


def test_words_that_only_cpp_reserves_are_names(tmp_path: Path) -> None:
    assert "int namespace_ = 1" in translate(program(tmp_path, "void f() { int namespace = 1; }")).code


def test_every_built_in_with_a_plain_signature_is_declared() -> None:
    header = builtins.header()
    for name, entry in builtins.load().items():
        assert (f" {name}(" in header) == (entry["in"] != "header"), name


def test_implicit_conversions_that_lose_data_are_found(tmp_path: Path) -> None:
    lines = [
        "void OnStart() {",
        "long wide = 1;",
        "int cut = wide;",
        "int fine = (int)wide;",
        "int real = 1.5 * cut;",
    ]
    found = conversions(program(tmp_path, "\n".join([*lines, "Print(cut, fine, real); }"])))
    assert [re.findall(r"program\.mq5:(\d+)", line)[0] for line in found] == ["3", "5"]
