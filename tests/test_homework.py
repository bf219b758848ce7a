"""graddiff check, lint and key: what is read, what is reported, and in which formats."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tap.parser
from junitparser import JUnitXml

from graddiff.commands.check import REPORT_FORMATS, SINGLE_STUDENT_FORMATS
from graddiff.homework.grading import STATUSES
from graddiff.homework.mistakes import MISTAKES
from graddiff.render.reports.csv import neutralize_cell
from graddiff.render.reports.github import PROPERTY_ESCAPES, escape_annotation
from graddiff.render.reports.json import HOMEWORK_SCHEMA_ID
from graddiff.render.reports.tap import escape_tap_description
from running import (
    COMMAND,
    ROOT,
    environment,
    graddiff,
    need_linux,
    need_terminal,
    read_terminal,
    spawn,
)

HERE = ROOT / "tests/homework"
HOMEWORK = """
[[problem]]
id = "q1"
expression = "q = x + y; q*z"
at = { x = 1, y = 3, z = -3 }
points = { value = 1, "gradient.x" = 2 }

[[problem]]
id = "q2"
expression = "x*sin(x^2)"
points = { "derivative.x" = 4 }
"""
HOSTILE = "::error::\x1b[31m[red]</testcase>%0A\n=cmd|'/C calc'!A0 # TODO"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "hw.toml").write_text(HOMEWORK)
    return tmp_path


def check(folder: Path, *arguments: str, code: int = 0, stdin: str = "") -> str:
    """Standard output of graddiff check hw.toml …"""
    process = graddiff("check", "hw.toml", *arguments, cwd=folder, stdin=stdin)
    assert process.returncode == code, process.stdout.decode() + process.stderr.decode()
    return process.stdout.decode()


def statuses(folder: Path, *arguments: str, code: int = 0) -> dict[str, list[str]]:
    """Student -> the status of each part."""
    content = json.loads(check(folder, *arguments, "--format", "json", code=code))
    return {
        student["student"]: [
            part["status"] for problem in student["problems"] for part in problem["parts"]
        ]
        for student in content["students"]
    }


ALL_RIGHT = ["correct", "correct", "correct"]
RIGHT = '[q1]\nvalue = -12\ngradient.x = -3\n[q2]\nderivative.x = "sin(x^2) + 2*x^2*cos(x^2)"\n'


# what is read


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ada.toml", RIGHT),
        ("ada.toml", RIGHT.replace("gradient.x", '"gradient.x"')),
        ("ada.toml", RIGHT.replace("gradient.x = -3", "x = -3.000")),
        ("other.toml", f'student = "ada"\n{RIGHT}'),
        (
            "class.csv",
            "student,problem,part,answer\nada,q1,value,-12\nada,q1,x,-3\n"
            'ada,q2,derivative.x,"2*x^2*cos(x^2)+sin(x^2)"\n',
        ),
        (
            "class.csv",
            "name,student,q1.value,q1.gradient.x,q2.derivative.x\n"
            "A,ada,-12,-3,2*x^2*cos(x^2)+sin(x^2)\n",
        ),
        (
            "class.csv",
            "Student;q1.value;q1.x;q2.derivative.x\nada;-12;-3;2*x^2*cos(x^2)+sin(x^2)\n",
        ),
        (
            "class.tsv",
            "student\tq1.value\tq1.x\tq2.derivative.x\nada\t-12\t-3\t2*x^2*cos(x^2)+sin(x^2)\n",
        ),
        (
            "class.csv",
            "\ufeffstudent,q1.value,q1.x,q2.derivative.x\r\n\r\n"
            "ada, -12 ,-3,2*x^2*cos(x^2)+sin(x^2)\r\n",
        ),
        (
            "class.jsonl",
            '{"student": "ada", "q1": {"value": -12, "gradient": {"x": "-3"}}, '
            '"q2.derivative.x": "2*x^2*cos(x^2)+sin(x^2)"}\n',
        ),
        (
            "class.jsonl",
            '{"student": "ada", "problem": "q1", "part": "value", "answer": "-12"}\n\n'
            '{"student": "ada", "q1.gradient.x": -3.0, '
            '"q2": {"derivative": {"x": "2*x^2*cos(x^2)+sin(x^2)"}}}\n',
        ),
    ],
)
def test_answers_are_read(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)
    assert statuses(folder, name) == {"ada": ALL_RIGHT}


def test_standard_input_holds_one_submission(folder: Path) -> None:
    assert "7 of 7  standard input" in check(folder, "-", stdin=RIGHT)


def test_bad_file_in_a_folder_leaves_the_other_students_alone(folder: Path) -> None:
    answers = folder / "answers"
    answers.mkdir()
    (answers / "ada.toml").write_text(RIGHT)
    (answers / "bad.toml").write_text("[q1\n")
    (answers / "latin.toml").write_bytes(b'[q1]\nvalue = "\xff"')
    (answers / "table.csv").write_text("no,header\n")
    (answers / "notes.txt").write_text("not an answer")
    by_student = statuses(folder, "answers", code=3)
    assert by_student == {
        "ada": ALL_RIGHT,
        **{name: ["invalid"] * 3 for name in ("bad", "latin", "table")},
    }
    assert "line 1, column 4" in check(folder, "answers", code=3)


def test_blank_is_missing_and_unreadable_is_invalid_and_neither_is_wrong(folder: Path) -> None:
    (folder / "ada.toml").write_text(
        '[q1]\nvalue = "  "\ngradient.x = "3 +"\n[q2]\nderivative.x = "x"\n'
    )
    assert statuses(folder, "ada.toml", code=3) == {"ada": ["missing", "invalid", "wrong"]}
    assert "        |  3 +\n        |     ^" in check(folder, "ada.toml", code=3)


def test_typed_decimals_reach_the_rules_as_they_were_typed(folder: Path) -> None:
    (folder / "hw.toml").write_text(
        '[[problem]]\nid = "q"\nexpression = "sqrt(x)"\nat = { x = 2 }\npoints = { value = 1 }'
    )
    for text, code in (("1.41", 0), ("1.4", 1), ("1.414_2", 0), ("1.410", 1), ('"1.41"', 0)):
        (folder / "ada.toml").write_text(f"[q]\nvalue = {text}\n")
        check(folder, "ada.toml", code=code)


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ("value = 3", "value is not a problem"),
        ("[q7]\nvalue = 3", "there is no problem q7 (line 2)"),
        (
            "[q1]\ngradient.xx = 3",
            "problem q1 does not ask for gradient.xx (line 2); did you mean gradient.x?",
        ),
        ("[q1]\nvalue = true", "neither a number nor a text (line 2)"),
        ("[q1]\nvalue = [1]", "neither a number nor a text (line 2)"),
        ("[q1]\nx = 1\ngradient.x = 1", "answered twice (lines 2 and 3); the first one counts"),
        ("[q1]\nvalue = 1\nvalue = 2\n", "line 3, column 10, is not TOML"),
    ],
)
def test_remark_names_what_is_no_answer(folder: Path, answers: str, message: str) -> None:
    (folder / "ada.toml").write_text(answers)
    assert message in check(folder, "ada.toml", code=3)


@pytest.mark.parametrize(
    ("name", "text", "code", "message"),
    [
        ("none.toml", None, 5, "none.toml cannot be read: no such file"),
        ("empty", "", 5, "no file in empty holds answers"),
        ("answers.pdf", "%PDF", 5, "answers.pdf is no file of answers"),
        ("class.csv", "", 3, "has no column student"),
        ("class.csv", "student,q1.value\n", 3, "there is no answer in class.csv"),
        ("class.csv", "student,q1.value,q1.value\nada,1,2\n", 3, "two columns q1.value"),
        ("class.csv", "student,problem,answer\nada,q1,2\n", 3, "has no column part"),
    ],
)
def test_unreadable_class_is_one_sentence(
    folder: Path, name: str, text: str | None, code: int, message: str
) -> None:
    if name == "empty":
        (folder / name).mkdir()
    elif text is not None:
        (folder / name).write_text(text)
    process = graddiff("check", "hw.toml", name, cwd=folder)
    assert process.returncode == code
    assert message in process.stderr.decode()
    assert process.stdout == b""


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        (
            "class.csv",
            "student,q1.value\nada,-12,2\nbea,-12\n",
            "line 2: there are 3 fields, and 2 in the header",
        ),
        ("class.csv", "student,q1.value\n,1\nbea,-12\n", "line 2: there is no student"),
        ("class.jsonl", '{\n{"student": "bea", "q1.value": -12}', "line 1: it is not JSON"),
        (
            "class.jsonl",
            '\n[1]\n{"student": "bea", "q1.value": -12}',
            "line 2: there is no student",
        ),
        (
            "class.jsonl",
            "[" * 100_000 + '\n{"student": "bea", "q1.value": -12}',
            "line 1: it is not JSON",
        ),
    ],
)
def test_bad_row_leaves_the_other_students_alone(
    folder: Path, name: str, text: str, message: str
) -> None:
    (folder / name).write_text(text)
    assert message in check(folder, name, code=3)
    assert statuses(folder, name, code=3)["bea"][0] == "correct"


def test_student_cannot_hand_in_for_another_one_in_a_folder(folder: Path) -> None:
    (folder / "answers").mkdir()
    (folder / "answers/aaa.toml").write_text('student = "zoe"\n[q1]\nvalue = 0\n')
    (folder / "answers/zoe.toml").write_text(RIGHT)
    by_student = statuses(folder, "answers", code=3)
    assert by_student.pop("zoe") == ALL_RIGHT
    assert [*by_student.values()] == [["invalid"] * 3]


@pytest.mark.parametrize(
    "text",
    [
        f"[q1]\n{'.'.join('a' * 3000)} = 1\n",
        f"[q1]\nvalue = 0x{'f' * 5000}\n",
        f"[q1]\n{' ' * 100_000}\nvalue = 1\n",
        f"[q1]\nvalue = {'1' * 5000}\n",
    ],
)
def test_hostile_toml_is_said_at_once(folder: Path, text: str) -> None:
    (folder / "ada.toml").write_text(text)
    process = graddiff("check", "hw.toml", "ada.toml", cwd=folder)
    assert process.returncode in (1, 3)
    assert b"Traceback" not in process.stderr


def test_short_row_is_missing_answers(folder: Path) -> None:
    (folder / "class.csv").write_text("student,problem,part,answer\nada,q1\nada,q1,value,-12\n")
    assert statuses(folder, "class.csv", code=3) == {"ada": ["correct", "missing", "missing"]}


def test_colour_stays_out_of_files(folder: Path) -> None:
    (folder / "ada.toml").write_text(RIGHT)
    need_terminal()
    ours, theirs = pty.openpty()
    arguments = [*COMMAND, "check", "hw.toml", "ada.toml", "--output", "o.txt"]
    subprocess.run(arguments, cwd=folder, stdout=theirs, env=environment(TERM="xterm"), check=True)
    os.close(theirs)
    os.close(ours)
    assert "\x1b" not in (folder / "o.txt").read_text()


def test_student_who_hands_in_twice_is_one_sentence(folder: Path) -> None:
    (folder / "a.toml").write_text(f'student = "ada"\n{RIGHT}')
    (folder / "ada.toml").write_text(RIGHT)
    process = graddiff("check", "hw.toml", "a.toml", "ada.toml", cwd=folder)
    assert (process.returncode, process.stdout) == (3, b"")
    assert b"ada hands in twice: a.toml and ada.toml" in process.stderr


PROBLEM = '[[problem]]\nid = "q1"\nexpression = "x^2"\nat = { x = 3 }\npoints = { value = 1 }\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no problem"),
        ("[homework]\nid = 3", "there is no problem"),
        ("[[problem]\n", "line 1, column 10, is not TOML"),
        (PROBLEM.replace("x^2", "x^"), "problem q1: an operand is missing"),
        (PROBLEM.replace("x^2", "sni(x)"), "did you mean sin?"),
        (PROBLEM.replace("x = 3", "y = 3"), "x has no value"),
        (PROBLEM.replace("x = 3", "x = 3, y = 3"), "y is no variable of problem q1"),
        (PROBLEM.replace("x = 3", 'x = "1/0"'), "the value of x in at"),
        (PROBLEM.replace("value = 1", "valeu = 1"), "did you mean value?"),
        (
            PROBLEM.replace("value = 1", '"derivative.y" = 1'),
            "a derivative by y, which does not occur",
        ),
        (PROBLEM.replace("value = 1", '"derivative." = 1'), "asks for a derivative by no name"),
        (PROBLEM.replace("value = 1", "value = -1"), "is -1, and has to be a number, 0 or more"),
        (PROBLEM.replace("value = 1", "x = 1, gradient.x = 1"), "asks for gradient.x twice"),
        (PROBLEM.replace("value = 1", ""), "problem q1 asks for nothing"),
        (PROBLEM + PROBLEM, "two problems are called q1"),
        (PROBLEM.replace('"q1"', '"q.1"'), "its id contains a dot"),
        (PROBLEM + "expext = { value = 9 }", "did you mean expect?"),
        (PROBLEM + "expect = { value = 8 }", "problem q1 expects value = 8, but it is 9"),
        (PROBLEM + "expect = { x = 6 }", "expects x, but gives no points for it"),
        (PROBLEM + "tolerance = { relative = 1 }", "which means nothing there"),
        (PROBLEM + "tolerance = { rel = -1 }", "has to be a number, 0 or more"),
        (PROBLEM + "credit = { inner = 1 }", "no mistake called inner"),
        (PROBLEM + "credit = { sign_lost = 2 }", "from 0 to 1"),
        (PROBLEM + "domain = { x = [3, 1] }", "the domain of x in problem q1 has nothing inside"),
        (PROBLEM.replace("x^2", "x*x; x"), "problem q1: the statement x*x is not used"),
        (PROBLEM + "tolerance = { exact = true, rel = 1 }", "is exact, and has rel as well"),
        (PROBLEM + "tolerance = { digits = 99 }", "digits of value of problem q1 is 99"),
        (
            PROBLEM.replace("value = 1", '"derivative.x" = { marks = 1, tolerance = { abs = 1 } }'),
            "which is for numbers",
        ),
        (PROBLEM.replace('"q1"', '""'), "a problem has no id"),
        (PROBLEM + "tolerance = { digits = 2.5 }", "is 2.5, which is no whole number"),
        (PROBLEM.replace("value = 1", f"value = {'9' * 60}"), "has to be a number"),
        (PROBLEM.replace("value = 1", "value = true"), "is true, and has to be a number"),
        (PROBLEM + "domain = { x = 3 }", "has no two ends"),
        (PROBLEM.replace("x^2", "log(x - 3)"), "log needs x > 0"),
        (
            PROBLEM.replace("x^2", "sqrt(x - 3)").replace("value", "x"),
            "gradient.x has no value at its point",
        ),
        ("[homework]\nlimits = { operations = 0 }\n" + PROBLEM, "has to be a number above 0"),
        ("[homework]\nlimits = { seconds = 1 }\n" + PROBLEM, "limits has seconds, which means"),
    ],
)
def test_bad_homework_is_one_sentence(folder: Path, text: str, message: str) -> None:
    (folder / "hw.toml").write_text(text)
    (folder / "ada.toml").write_text(RIGHT)
    for command in (("check", "hw.toml", "ada.toml"), ("key", "hw.toml")):
        process = graddiff(*command, cwd=folder)
        assert (process.returncode, process.stdout) == (3, b""), process.stderr
        assert message in process.stderr.decode()
        assert "Traceback" not in process.stderr.decode()


def test_limits_make_an_answer_invalid(folder: Path) -> None:
    limits = "[homework]\nlimits = { length = 40, operations = 9 }\n"
    (folder / "hw.toml").write_text(limits + HOMEWORK)
    for answer, message in (
        ("x" * 41, "41 characters, but at most 40 are allowed"),
        ("x+x+x+x+x+x+x+x+x+x+x", "10 operations, but at most 9 are allowed"),
    ):
        (folder / "ada.toml").write_text(f'[q2]\nderivative.x = "{answer}"\n')
        assert statuses(folder, "ada.toml", code=3) == {"ada": ["missing", "missing", "invalid"]}
        assert message in check(folder, "ada.toml", code=3)


def test_settings_of_a_part_win_over_those_of_a_problem_and_a_homework(folder: Path) -> None:
    (folder / "hw.toml").write_text(
        "[homework]\ntolerance = { rel = 0.5 }\ncredit = { sign_lost = 0.5 }\n"
        '[[problem]]\nid = "a"\nexpression = "x"\nat = { x = 8 }\npoints = { value = 2 }\n'
        '[[problem]]\nid = "b"\nexpression = "x"\nat = { x = 8 }\n'
        "tolerance = { abs = 1 }\ncredit = { sign_lost = 0.25 }\n"
        "points.value = 2\n"
        "points.x = { marks = 2, tolerance = { exact = true }, credit = { sign_lost = 1 } }\n"
    )
    (folder / "ada.toml").write_text("[a]\nvalue = 5\n[b]\nvalue = 7\nx = 1.5\n")
    assert statuses(folder, "ada.toml", code=1) == {"ada": ["correct", "correct", "wrong"]}
    (folder / "ada.toml").write_text("[a]\nvalue = -8\n[b]\nvalue = -8\nx = -1\n")
    content = json.loads(check(folder, "ada.toml", "--format", "json", code=1))
    scores = [
        part["score"] for problem in content["students"][0]["problems"] for part in problem["parts"]
    ]
    assert scores == [1, 0.5, 2]


# exit codes


def test_exit_codes(folder: Path) -> None:
    for text, code in (
        (RIGHT, 0),
        (RIGHT.replace("-12", "12"), 1),
        (RIGHT.replace("-12", '"1 +"'), 3),
    ):
        (folder / "ada.toml").write_text(text)
        check(folder, "ada.toml", code=code)
        check(folder, "ada.toml", "--exit-zero")
    (folder / "ada.toml").write_text(RIGHT.replace("value = -12", ""))
    check(folder, "ada.toml", code=1)


def test_undecided_is_no_pass(folder: Path) -> None:
    (folder / "hw.toml").write_text(
        '[[problem]]\nid = "q"\nexpression = "sqrt(-x^2)"\npoints = { "derivative.x" = 1 }'
    )
    (folder / "ada.toml").write_text("[q]\nderivative.x = 0\n")
    assert statuses(folder, "ada.toml", code=1) == {"ada": ["undecided"]}
    assert "only 0 points to compare at" in check(folder, "ada.toml", code=1)


# reports


@pytest.mark.parametrize("form", ["text", *REPORT_FORMATS])
def test_report_is_the_golden_one(form: str) -> None:
    process = graddiff("check", "hw3.toml", "ada.toml", "--format", form, cwd=HERE)
    assert process.returncode == 1
    assert process.stdout.decode() == (HERE / f"ada.{form}").read_text(encoding="utf-8")


def test_class_report_is_the_golden_one() -> None:
    process = graddiff("check", "hw3.toml", "class.csv", cwd=HERE)
    assert process.stdout.decode() == (HERE / "class.text").read_text(encoding="utf-8")


@pytest.fixture
def hostile(folder: Path) -> Path:
    """A class of two whose names and answers are no friends of any format."""
    answers = folder / "answers"
    answers.mkdir()
    quoted = json.dumps(HOSTILE)
    keys = f"student = {quoted}\n'::add-mask::a' = 3\n'##[add-mask]b' = 3\n"
    own = (
        f'[q1]\nvalue = {quoted}\ngradient.x = 3\n{quoted} = 1\n[q2]\nderivative.x = "</failure>"\n'
    )
    (answers / "a.toml").write_text(keys + own)
    (answers / "b.toml").write_text(RIGHT)
    return folder


def report(folder: Path, form: str) -> str:
    return check(folder, "answers", "--format", form, code=3)


def test_junit_is_read_by_a_consumer(hostile: Path) -> None:
    document = JUnitXml.fromstring(report(hostile, "junit").encode())
    assert (document.tests, document.failures, document.errors) == (7, 1, 3)
    suites = [*document]
    assert [len([*suite]) for suite in suites] == [4, 3]
    assert "</testcase>" in suites[0].name
    assert [case.is_passed for case in suites[1]] == [True] * 3


def test_tap_is_read_by_a_consumer(hostile: Path) -> None:
    lines = [*tap.parser.Parser().parse_text(report(hostile, "tap"))]
    points = [line for line in lines if line.category == "test"]
    assert [point.ok for point in points] == [False] * 3 + [True] * 3
    assert not any(point.todo or point.skip for point in points)
    assert points[0].yaml_block["status"] == "invalid"
    assert next(line for line in lines if line.category == "plan").expected_tests == 6


def test_json_fits_its_schema(hostile: Path) -> None:
    schema = json.loads(graddiff("check", "--schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    problem = schema["anyOf"][1]["properties"]["problems"]["items"]["properties"]
    part = problem["parts"]["items"]["properties"]
    assert tuple(part["status"]["enum"]) == STATUSES
    assert schema["anyOf"][1]["properties"]["schema"] == {"const": HOMEWORK_SCHEMA_ID}
    jsonschema.validate(json.loads(report(hostile, "json")), schema)
    lines = report(hostile, "jsonl").splitlines()
    assert len(lines) == 2
    for line in lines:
        jsonschema.validate(json.loads(line), schema)
    shown = graddiff(
        "check", "hw.toml", "answers", "--format", "json", "--show-answers", cwd=hostile
    )
    jsonschema.validate(json.loads(shown.stdout), schema)


def test_csv_has_no_formulas_in_it(hostile: Path) -> None:
    (hostile / "answers/b.toml").write_text(RIGHT.replace("-12", '"=cmd"').replace("-3", '"-x"'))
    rows = [*csv.reader(io.StringIO(report(hostile, "csv")))]
    assert len([row for row in rows if row[3] != "remark"]) == 7
    assert not any(
        cell[:1] in ("=", "@", "+") or re.match("-[^0-9]", cell) for row in rows for cell in row
    )
    assert next(row[6] for row in rows if row[0] == "b") == "'=cmd"


@pytest.mark.parametrize(
    "text", ["=1+cmd", "+cmd", "-cmd", "@cmd", "＝cmd", " =cmd", "::cmd", "-²"]
)
def test_cell_of_a_spreadsheet_is_no_formula(text: str) -> None:
    assert neutralize_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["-12", "+0.5", "x", "1/3", ""])
def test_other_cells_stay_as_they_are(text: str) -> None:
    assert neutralize_cell(text) == text


def test_signs_of_formats_are_escaped() -> None:
    assert escape_annotation("a,b:c%\r\n", PROPERTY_ESCAPES) == "a%2Cb%3Ac%25%0D%0A"
    assert escape_tap_description(r"a\b # TODO") == r"a\\b \# TODO"


def test_long_answer_is_cut_and_infinite_error_is_none(folder: Path) -> None:
    (folder / "hw.toml").write_text(PROBLEM.replace("x^2", "x").replace("x = 3", 'x = "-1.5e308"'))
    (folder / "ada.toml").write_text("[q1]\nvalue = 1.5e308\n")
    (part,) = json.loads(check(folder, "ada.toml", "--format", "json", code=1))["students"][0][
        "problems"
    ][0]["parts"]
    assert part["error"] is None
    (folder / "ada.toml").write_text(f"[q1]\nvalue = '{'1+' * 300}1'\n")
    (part,) = json.loads(check(folder, "ada.toml", "--format", "json", code=1))["students"][0][
        "problems"
    ][0]["parts"]
    assert len(part["answer"]) == 201


def test_best_credit_counts_and_that_of_a_part_wins(folder: Path) -> None:
    (folder / "hw.toml").write_text(
        "[homework]\ntolerance = { digits = 5 }\n"
        '[[problem]]\nid = "q"\nexpression = "x*y"\nat = { x = 3, y = 3 }\n'
        'expect = { value = "8" }\n'
        "credit = { local_partial = 0.25, other_name = 0.5, sign_lost = 0.1 }\n"
        'points = { value = { marks = 1, expect = "9" }, x = { marks = 1 } }\n'
        '[[problem]]\nid = "r"\nexpression = "sqrt(x)"\nat = { x = 2 }\n'
        "tolerance = { exact = false }\npoints = { value = 1 }\n"
    )
    (folder / "ada.toml").write_text("[q]\nvalue = 9\nx = -3\n[r]\nvalue = 1.414\n")
    content = json.loads(check(folder, "ada.toml", "--format", "json", code=1))["students"][0][
        "problems"
    ]
    assert [part["score"] for problem in content for part in problem["parts"]] == [1, 0.1, 0]
    assert content[1]["parts"][0]["rule"] == "compared as written, at least 5 digits"


def test_github_annotations_are_one_line_each_and_escaped(hostile: Path) -> None:
    lines = report(hostile, "github").splitlines()
    assert all(
        re.fullmatch(r"::error file=[^:,]*,(line=\d+,)?title=[^:,\x00-\x1f]*::[^\x00-\x1f]*", line)
        for line in lines
    )
    assert "answers/a.toml,line=5," in "".join(lines)
    assert "%250A" in "".join(lines)
    assert "\x1b" not in "".join(lines)


def test_terminal_report_acts_on_no_terminal(hostile: Path) -> None:
    text = report(hostile, "text")
    assert "\x1b" not in text
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in text.splitlines())


@pytest.mark.parametrize("form", ["json", "jsonl", "csv", "junit", "tap"])
def test_no_format_commands_a_ci(hostile: Path, form: str) -> None:
    (hostile / "answers/b.toml").write_text(RIGHT.replace("-12", '"##[add-mask]foo"'))
    lines = report(hostile, form).splitlines()
    assert not any(line.lstrip().startswith("::") or "##[" in line for line in lines)


def test_remarks_are_in_every_format(folder: Path) -> None:
    (folder / "ada.toml").write_text(f"{RIGHT}[q9]\nvalue = 3\n")
    for form in ("text", *REPORT_FORMATS):
        text = check(folder, "ada.toml", "--format", form, code=3)
        assert "there is no problem q9" in (
            base64.b64decode(text).decode() if form == "classroom" else text
        ), form


def test_formats_for_one_student_refuse_a_class(folder: Path) -> None:
    (folder / "class.csv").write_text("student,q1.value\nada,1\nbea,2\n")
    for form in SINGLE_STUDENT_FORMATS:
        process = graddiff("check", "hw.toml", "class.csv", "--format", form, cwd=folder)
        assert process.returncode == 2
        assert b"holds one student, and there are 2" in process.stderr


def test_classroom_is_what_its_reporter_decodes(folder: Path) -> None:
    (folder / "ada.toml").write_text(RIGHT.replace("-12", "12"))
    content = json.loads(
        base64.b64decode(check(folder, "ada.toml", "--format", "classroom", code=1))
    )
    assert (content["status"], content["max_score"]) == ("fail", 7)
    assert [test["status"] for test in content["tests"]] == ["fail", "pass", "pass"]
    assert sum(test["score"] for test in content["tests"]) == 6


def test_gradescope_sums_up(folder: Path) -> None:
    (folder / "ada.toml").write_text(RIGHT.replace("-12", "12"))
    content = json.loads(check(folder, "ada.toml", "--format", "gradescope", code=1))
    assert content["score"] == sum(test["score"] for test in content["tests"]) == 6
    assert [test["status"] for test in content["tests"]] == ["failed", "passed", "passed"]


def test_output_overwrites_nothing_that_it_reads(folder: Path) -> None:
    (folder / "ada.toml").write_text(RIGHT)
    for name in ("ada.toml", "hw.toml"):
        before = (folder / name).read_text()
        process = graddiff(
            "check", "hw.toml", "ada.toml", "--format", "tap", "--output", name, cwd=folder
        )
        assert process.returncode == 2
        assert f"would overwrite {name}".encode() in process.stderr
        assert (folder / name).read_text() == before


def test_mistakes_are_listed() -> None:
    lines = graddiff("check", "--mistakes").stdout.decode().splitlines()
    assert [line.split()[0] for line in lines] == [*MISTAKES]
    assert all(len(line.split()) > 3 for line in lines)


def test_slope_on_both_sides_of_a_kink_is_right(folder: Path) -> None:
    (folder / "hw.toml").write_text(
        PROBLEM.replace("x^2", "relu(x) - relu(-x)").replace("3", "0").replace("value", "x")
    )
    for answer, code in (("1", 0), ("0", 0), ("0.5", 1)):
        (folder / "ada.toml").write_text(f"[q1]\nx = {answer}\n")
        check(folder, "ada.toml", code=code)


def test_how_a_wrong_answer_was_read_is_said(folder: Path) -> None:
    (folder / "ada.toml").write_text('[q2]\nderivative.x = "1/2x"\n')
    assert "(1/2)*x" in check(folder, "ada.toml", code=1) or "1/2*x" in check(
        folder, "ada.toml", code=1
    )


def test_output_follows_the_suffix(folder: Path) -> None:
    (folder / "ada.toml").write_text(RIGHT)
    for name, begins in (
        ("o.xml", "<?xml"),
        ("o.json", "{"),
        ("o.tap", "TAP"),
        ("o.csv", "student"),
        ("o.txt", "homework"),
    ):
        assert check(folder, "ada.toml", "--output", name) == ""
        assert (folder / name).read_text().startswith(begins)
    process = graddiff("check", "hw.toml", "ada.toml", "--output", "o.pdf", cwd=folder)
    assert process.returncode == 2


def test_answers_are_shown_only_when_asked_for(folder: Path) -> None:
    (folder / "ada.toml").write_text("[q1]\nvalue = 1\n")
    for form in ("text", *REPORT_FORMATS):
        plain = check(folder, "ada.toml", "--format", form, code=1)
        shown = check(folder, "ada.toml", "--format", form, "--show-answers", code=1)
        if form == "classroom":
            plain, shown = base64.b64decode(plain).decode(), base64.b64decode(shown).decode()
        assert "-12" not in plain
        assert "-12" in shown or form == "csv"


@pytest.mark.parametrize("width", [40, 80, 120])
def test_report_is_ascii_where_it_has_to_be_and_fits(width: int) -> None:
    process = graddiff("check", "hw3.toml", "class.csv", "--ascii", "--width", str(width), cwd=HERE)
    text = process.stdout.decode("ascii")
    tables = [line for line in text.splitlines() if not line.startswith("      ")]
    assert max(map(len, tables)) <= max(width, 60)
    assert "###" in text


def test_class_is_the_same_with_several_processes(folder: Path) -> None:
    rows = [f"s{n},{-12 if n % 3 else 12},-3,2*x*{n}*cos(x^2)" for n in range(60)]
    (folder / "class.csv").write_text(
        "student,q1.value,q1.gradient.x,q2.derivative.x\n" + "\n".join(rows)
    )
    serial = check(folder, "class.csv", "--format", "json", code=1)
    process = spawn("check", "hw.toml", "class.csv", "--format", "json", "--jobs", "2", cwd=folder)
    assert (process.returncode, process.stdout.decode()) == (1, serial)


@pytest.mark.parametrize("killed", [False, True])
def test_several_processes_end_with_one_sentence(folder: Path, killed: bool) -> None:
    need_linux()
    rows = "".join(f"s{n},{n}*x^{n % 7}*sin(x + {n})\n" for n in range(100_000))
    (folder / "class.csv").write_text("student,q2.derivative.x\n" + rows)
    process = subprocess.Popen(
        [*COMMAND, "check", "hw.toml", "class.csv", "--jobs", "2"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL) and None,
        start_new_session=True,
    )
    children: list[str] = []
    while len(children) < 2:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        time.sleep(0.05)
    time.sleep(0.5)
    if killed:
        os.kill(int(children[-1]), signal.SIGKILL)
    else:
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all of them
    out, err = process.communicate(timeout=60)
    message = b"graddiff: a process of --jobs ended before its time\n" if killed else b""
    assert (process.returncode, out, err) == (5 if killed else 130, b"", message)


@pytest.mark.slow
def test_progress_is_shown_on_a_terminal_only(folder: Path) -> None:
    rows = "".join(f"s{n},{n}*x^{n % 7}*sin(x + {n})\n" for n in range(30_000))
    (folder / "class.csv").write_text("student,q2.derivative.x\n" + rows)
    need_terminal()
    ours, theirs = pty.openpty()
    arguments = [*COMMAND, "check", "hw.toml", "class.csv", "--output", "o.json"]
    process = subprocess.Popen(arguments, cwd=folder, stderr=theirs, env=environment())
    os.close(theirs)
    progress = read_terminal(ours)
    assert process.wait(60) == 1
    assert b"students," in progress
    assert graddiff("check", "hw.toml", "class.csv", "--output", "o.json", cwd=folder).stderr == b""


# lint and key


@pytest.mark.parametrize(
    ("problem", "code", "message"),
    [
        ('expression = "x^3*y"\nat = { x = 5, y = 7 }\npoints = { "gradient.x" = 1 }', 0, ""),
        (
            'expression = "x^3*y"\nat = { x = 1, y = 5 }\npoints = { "gradient.x" = 1 }',
            1,
            "the power not lowered by 1",
        ),
        (
            'expression = "sin(x)*y"\nat = { x = 0, y = 5 }\npoints = { "value" = 1 }',
            1,
            "angles in degrees",
        ),
        (
            'expression = "abs(x)*y"\nat = { x = 0, y = 5 }\npoints = { "gradient.y" = 1 }',
            1,
            "convention: kink",
        ),
        (
            'expression = "x^3*y"\nat = { x = 2, y = 5 }\npoints = { "gradient.x" = 0 }',
            1,
            "no marks",
        ),
        ('expression = "sqrt(-x^2)"\npoints = { "derivative.x" = 1 }', 1, "only 0 points"),
        (
            'expression = "log(x)"\nat = { x = -1 }\npoints = { "derivative.x" = 1 }',
            1,
            "no value at its point",
        ),
        (
            'expression = "x_1^6"\npoints = { "derivative.x_1" = 1 }\n'
            'expect = { "derivative.x_1" = "6*x_1^5" }',
            0,
            "",
        ),
        (
            'expression = "x^2"\npoints = { "derivative.x" = 1 }\n'
            'expect = { "derivative.x" = "x" }',
            3,
            "but it is 2*x",
        ),
    ],
)
def test_lint_finds_weak_points(folder: Path, problem: str, code: int, message: str) -> None:
    (folder / "hw.toml").write_text(f'[[problem]]\nid = "q"\n{problem}\n')
    process = graddiff("lint", "hw.toml", cwd=folder)
    assert process.returncode == code, process.stdout
    assert message in process.stdout.decode()
    assert (process.stdout == b"") == (code == 0)
    lines = graddiff("lint", "hw.toml", "--json", cwd=folder).stdout.decode().splitlines()
    assert [{*json.loads(line)} for line in lines] == [
        {"kind", "problem", "part", "message"}
    ] * len(lines)


def test_key_is_right(folder: Path) -> None:
    (folder / "named.toml").write_text(
        PROBLEM.replace("q1", "😀").replace("x^2", "x_1^2").replace("x = 3", "x_1 = 3")
    )
    for path in (folder / "hw.toml", HERE / "hw3.toml", folder / "named.toml"):
        key = graddiff("key", str(path), "--format", "toml")
        (folder / "key.toml").write_bytes(key.stdout)
        assert graddiff("check", str(path), str(folder / "key.toml")).returncode == 0
    content = json.loads(graddiff("key", "hw.toml", "--format", "json", cwd=folder).stdout)
    assert content["answers"]["q1"] == {"value": "-12", "gradient.x": "-3"}
    assert "q2.derivative.x" in graddiff("key", "hw.toml", cwd=folder).stdout.decode()


# pytest


def run_pytest(folder: Path, *arguments: str) -> Any:
    plugin = ["-p", "graddiff.pytest_plugin", "-p", "no:cacheprovider"]
    if "graddiff" in {point.name for point in entry_points(group="pytest11")}:
        plugin = plugin[2:]  # installed: pytest finds it by itself
    command = [sys.executable, "-m", "pytest", *plugin, *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment())


def test_pytest_runs_one_test_per_part(folder: Path) -> None:
    (folder / "ada.toml").write_text(
        RIGHT.replace("-12", "12").replace("[q2]", "[q9]\nvalue = 1\n[q2]")
    )
    process = run_pytest(folder, "hw.toml", "--answers", "ada.toml", "-rA")
    assert process.returncode == 1
    assert "2 failed, 2 passed" in process.stdout
    assert "consistent with a sign lost" in process.stdout
    assert "there is no problem q9" in process.stdout
    assert "PASSED hw.toml::q2.derivative.x" in process.stdout


def test_pytest_reports_an_error_in_a_homework(folder: Path) -> None:
    (folder / "ada.toml").write_text(RIGHT)
    (folder / "hw.toml").write_text(PROBLEM + "expect = { value = 8 }")
    process = run_pytest(folder, "hw.toml", "--answers", "ada.toml")
    assert process.returncode == 2
    assert "problem q1 expects value = 8, but it is 9" in process.stdout


def test_pytest_reports_missing_answers_and_bad_toml(folder: Path) -> None:
    assert "pytest hw.toml --answers ada.toml" in run_pytest(folder, "hw.toml").stdout
    (folder / "hw.toml").write_text("[[problem]]\n[")
    (folder / "ada.toml").write_text(RIGHT)
    assert "is not TOML" in run_pytest(folder, "hw.toml", "--answers", "ada.toml").stdout


def test_pytest_leaves_other_files_alone(folder: Path) -> None:
    (folder / "test_one.py").write_text("def test_one():\n    pass\n")
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    (folder / "ada.toml").write_text(RIGHT)
    assert "1 passed" in run_pytest(folder).stdout
    assert "4 passed" in run_pytest(folder, ".", "--answers", "ada.toml").stdout
