"""Every rule catches its bad file and no other rule does; the EA passes them all."""

from pathlib import Path

import pytest

from mql5.lint import builtins_table, lint
from mql5.lint.findings import RULES
from mql5.lint.run import EXPERT_FOLDERS, ROOT

BAD = ROOT / "mql5" / "lint" / "bad"
BAD_FILES = sorted(BAD.glob("*.mq[5h]"))


@pytest.mark.parametrize("path", BAD_FILES, ids=lambda path: path.stem)
def test_a_bad_file_is_caught_by_its_rule_alone(path: Path) -> None:
    assert {finding.rule for finding in lint([path])} == {path.stem}


def test_every_rule_has_a_bad_file() -> None:
    assert {path.stem for path in BAD_FILES} == {*RULES, "syntax"}


def test_the_expert_advisor_is_clean() -> None:
    assert lint(EXPERT_FOLDERS) == []


def test_the_table_of_built_ins_is_up_to_date() -> None:
    assert builtins_table.DOCUMENT.read_text(encoding="utf-8") == builtins_table.table()


def test_a_finding_names_file_line_and_rule(tmp_path: Path) -> None:
    path = tmp_path / "one.mq5"
    path.write_text("void OnStart()\n  {\n   auto x = 1;\n  }\n", encoding="ascii")
    assert [str(finding) for finding in lint([path])] == [f"{path}:3: auto: 'auto': write the type"]


GOOD = {
    "constants of several kinds": "#define N 2\nenum Kind { KIND_A };\nconst int LIMIT = 3;\n"
    "int g_list[N];\nint g_start = LIMIT + (int)KIND_A;\nstatic double g_ratio = -1.5;\n"
    "void OnStart() { const int size = 4; int own[size]; Print(ArraySize(own)); }\n",
    "a case with braces": "void F(const int a) { switch(a) { case INT_MAX: { int b = 1; Print(b); }"
    " default: Print(a); } }",
    "an override": "class B { public: virtual void F(const int a) {} };\n"
    "class D : public B { public: virtual void F(const int a) override {} };",
    "one side effect": "void OnStart() { int a = 0; Print(a++, IntegerToString(5)); }",
    "readers in one call": "void OnStart() { Print(OrdersTotal(), PositionsTotal(), StringLen(\"a\")); }",
    "escapes": 'void OnStart() { Print("\\x20AC \\"\\\\ \\n\\t\\r"); }',
    "hexadecimal numbers": "long g_mask = 0xFFE5; double g_small = 1e-5; ulong g_flag = 0x8F;",
    "structures by reference": "struct S { int x; };\nvoid F(S &a, const S &b, MqlTick &tick) { a.x = b.x; }",
}  # fmt: skip


@pytest.mark.parametrize("case", GOOD)
def test_good_code_is_not_blamed(tmp_path: Path, case: str) -> None:
    path = tmp_path / "good.mq5"
    path.write_text(GOOD[case], encoding="ascii")
    assert lint([path]) == []
