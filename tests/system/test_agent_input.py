# SPDX-License-Identifier: Apache-2.0
"""Bad input at the office's desk: a sentence in two languages that names value and place, an exit code, and nothing queued."""
import json
import shutil
import tempfile

import pytest

import world as w
from clerk import Clerk

UNITS = w.UNITS + "08123,412,commune,xã,state,Xã Không Tám,,Chủ tịch UBND xã,,,,\n"


@pytest.fixture(scope="module")
def desk(request, build, guard):
    """The office of 412 with its catalogue; no daemon runs, so that what is queued stays to be counted."""
    (build / "tmp").mkdir(parents=True, exist_ok=True)
    world = w.World(tempfile.mkdtemp(dir=build / "tmp"), build, request.config.getoption("--variant"), guard, units=UNITS)
    world.start()
    clerk = Clerk(world, "vinh", "412")
    clerk.run().knows()
    clerk.stop()
    clerk.cli("mine")  # so that the state of its tasks is known here too
    yield clerk
    world.close()


RATIO = "KH.R --unit 16702"
LONG = "ă" * 1001

# what is wrong | name | field | value shown | place shown | words in Vietnamese | in English
REPORTS = """
NO.SUCH --value 3            | unknown_item    | item        | NO.SUCH | ITEM        | mã           | code
kh.c --value 3               | bad_code        | item        | kh.c    | ITEM        | chữ in hoa   | A-Z
KH --value 3                 | not_a_leaf      | item        | KH      | ITEM        | kế hoạch hoặc nhóm | plan or a group
KH.G --state not_started     | not_a_leaf      | item        | KH.G    | ITEM        | kế hoạch hoặc nhóm | plan or a group
KH.OLD --state not_started   | item_closed     | item        | KH.OLD  | ITEM        | hiệu lực     | not open
KH.C --value 3 --unit 9999   | unknown_unit    | unit        | 9999    | --unit      | mã           | code
KH.C --value 3 --unit 413    | unknown_unit    | unit        | 413     | --unit      | đơn vị mình  | our own unit
KH.C --value 3 --unit 8123   | stripped_zero   | unit        | 8123    | --unit      | 08           | 08
KH.C --value 3 --unit 16702  | not_assigned    | item        | KH.C    | ITEM        | không được giao | not assigned
KH.R --num 1 --den 2         | not_assigned    | item        | KH.R    | ITEM        | không được giao | not assigned
RATIO --num 3 --den 2        | numerator_above_denominator | numerator | 3 | --num    | Tử số lớn hơn mẫu số | numerator is above
RATIO --num 3                | required        | denominator |         | --den       | không được để trống | must not be empty
RATIO --num 3 --den x        | bad_integer     | denominator | x       | --den       | số nguyên    | whole number
KH.C --value 1,5             | bad_integer     | value       | 1,5     | --value     | số nguyên    | whole number
KH.C --value 1.38            | bad_integer     | value       | 1.38    | --value     | 1.387        | 1.387
KH.C --value -1              | out_of_range    | value       | -1      | --value     | giới hạn     | bounds
KH.C --value 1000000000001   | out_of_range    | value       | 1000000000001 | --value | giới hạn   | bounds
KH.C                         | required        | value       |         | --value     | không được để trống | must not be empty
KH.C --value 1 --state done  | contradiction   | value       | 1       | --value     | mâu thuẫn    | contradict
KH.C --num 1 --den 2         | wrong_body      | item        | KH.C    | ITEM        | không đúng với chỉ tiêu | does not fit
KH.T1 --value 1              | wrong_body      | item        | KH.T1   | ITEM        | không đúng với chỉ tiêu | does not fit
KH.T1 --none-arisen          | nothing_not_allowed | nothing |         | --none-arisen | không phát sinh | None arisen
KH.P --value 18,01           | out_of_range    | value       | 18,01   | --value     | giới hạn     | bounds
KH.P --value 18,001          | bad_decimal     | value       | 18,001  | --value     | hai chữ số   | two decimals
KH.T1                        | required        | state       |         | --state     | không được để trống | must not be empty
KH.T1 --percent 5            | required        | state       |         | --state     | không được để trống | must not be empty
KH.T1 --state finished       | bad_word        | state       | finished | --state    | danh sách    | words
KH.T1 --state in_progress    | required        | percent     |         | --percent   | không được để trống | must not be empty
KH.T1 --state in_progress --percent 100 | contradiction | percent | 100 | --percent | mâu thuẫn    | contradict
KH.T1 --state in_progress --percent 101 | out_of_range | percent | 101 | --percent  | giới hạn     | bounds
KH.T1 --state not_started --percent 1 | contradiction | percent | 1   | --percent   | mâu thuẫn    | contradict
KH.T1 --state done --percent 90 | contradiction | percent  | 90      | --percent   | mâu thuẫn    | contradict
KH.T1 --state done           | contradiction   | product_ref |         | --product   | sản phẩm     | product
KH.T1 --state done --product 1/BC | contradiction | done_on |         | --done-on   | ngày hoàn thành | date of completion
DONE 2024-04-02 --as-of 2024-04-01 | contradiction | done_on | 2024-04-02 | --done-on | ngày số liệu | as-of date
DONE 31/02/2024              | bad_date        | done_on     | 31/02/2024 | --done-on | Ngày không hợp lệ | Not a date
KH.C --value 1 --as-of 2024-13-01 | bad_date    | as_of       | 2024-13-01 | --as-of  | Ngày không hợp lệ | Not a date
KH.C --value 1 --as-of 1999-12-31 | out_of_range | as_of      | 1999-12-31 | --as-of  | giới hạn     | bounds
KH.C --value 1 --as-of 2024-04-03 | as_of_in_future | as_of   | 2024-04-03 | --as-of  | tương lai    | in the future
KH.C --value 1 --period 2024-13 | bad_period   | period      | 2024-13 | --period    | kỳ báo cáo   | period code
KH.C --value 1 --note 040.123.456.789 | personal_id | note    |         | --note      | định danh cá nhân | identity number
KH.C --value 1 --reason NFD  | text_not_nfc    | reason      |         | --reason    | NFC          | NFC
KH.C --value 1 --note BELL   | text_control    | note        |         | --note      | điều khiển   | control
KH.C --value 1 --note LATIN  | text_not_utf8   | note        |         | --note      | UTF-8        | UTF-8
KH.C --value 1 --note LONG   | text_too_long   | note        |         | --note      | quá dài      | too long
KH.T1 --state not_started --done-on 2024-04-01 | contradiction | done_on | 2024-04-01 | --done-on | mâu thuẫn | contradict
"""
SPECIAL = {"NFD": "Nghe\u0323\u0302 An", "BELL": "a\x1b[2Jb\x07", "LONG": LONG,
           "LATIN": b"Ngh\xd6 An\xff".decode("utf-8", "surrogateescape")}
DONE = "KH.T1 --state done --product 1/BC --done-on"
CASES = [[cell.strip() for cell in line.split("|")] for line in REPORTS.strip().splitlines()]


def words(text):
    return [SPECIAL.get(x, x) for x in text.replace("RATIO", RATIO).replace("DONE", DONE).split()]


def clean(text, *, longest=400):
    """What a terminal may be given: characters, and not a page of them."""
    assert not any(ch != "\n" and (ord(ch) < 32 or 0xd800 <= ord(ch) < 0xe000 or ord(ch) == 127) for ch in text), ascii(text)
    assert all(len(line) < longest for line in text.splitlines()), text
    return text


@pytest.mark.parametrize("case", CASES, ids=[c[0] + " " + c[1] for c in CASES])
def test_report(desk, case):
    given, name, field, value, place, vi, en = case
    before = desk.status()["last_seq"]
    for lang, expected, nothing in (("vi", vi, "chưa xếp hàng gì"), ("en", en, "nothing was queued")):
        done = desk.cli("report", *words(given), ok=(1,), lang=lang)
        assert done.stderr == "" and nothing in done.stdout
        sentence = clean(done.stdout).splitlines()[0]
        assert f"{place} {value}".strip() in sentence and expected in sentence, sentence
    said = desk.json("report", *words(given), ok=(1,), lang="en")["refused"]
    assert (said["reason"], said["field"]) == (name, field)
    assert said["value"] == value or not value
    if name == "personal_id":
        assert "040" not in json.dumps(said) + done.stdout, "a citizen's number is not repeated"
    assert en in said["says"] and desk.status()["last_seq"] == before


@pytest.mark.parametrize("given, vi, en", [
    ("report KH.C --value 1 --nosuch", "không có tuỳ chọn --nosuch", "there is no option --nosuch"),
    ("report KH.C KH.T1 --value 1", "thừa từ `KH.T1`", "`KH.T1` is one word too many"),
    ("report", "thiếu mã", "code is missing"),
    ("report KH.C --value", "--value cần một giá trị", "--value wants a value"),
    ("report KH.C --value 1 --value 2", "--value được ghi hai lần", "--value is given twice"),
    ("report KH.C --none-arisen=3", "--none-arisen không nhận giá trị", "--none-arisen takes no value"),
    ("import", "thiếu tên tệp", "file's name is missing"),
    ("receipts --limit many", "--limit `many`", "--limit `many`"),
    ("run --log loud", "--log `loud`", "--log `loud`"),
    ("nosuch", "không có lệnh `nosuch`", "there is no command `nosuch`"),
])
def test_wrong_usage(desk, given, vi, en):
    for lang, expected in (("vi", vi), ("en", en)):
        done = desk.cli(*given.split(), ok=(2,), lang=lang)
        assert expected in done.stderr and done.stdout == ""
    assert en in desk.json(*given.split(), ok=(2,), lang="en")["error"]


def test_a_task_that_goes_backwards(make_world):
    """Known at the office only after it has asked what the centre holds."""
    world = make_world()
    c = Clerk(world, "vinh", "412").run().knows()
    c.report("KH.T1", "--state", "done", "--product", "1/BC-UBND", "--done-on", "2024-04-01")
    c.drained().cli("mine")
    back = ("report", "KH.T1", "--state", "in_progress", "--percent", "50%")
    assert "lùi lại" in c.cli(*back, ok=(1,)).stdout and "goes backwards" in c.cli(*back, ok=(1,), lang="en").stdout
    assert c.json(*back, ok=(1,))["refused"]["field"] == "reason"
    c.report(*back[1:], "--reason", "Trả lại để làm bổ sung")
    c.drained()
    assert c.status()["refused"] == []


# ---- files ----

def fault_list(said):
    return [(f["line"], f["column"], f["name"]) for f in said["faults"]]


def put(desk, content):
    path = desk.dir / "file.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


HEAD = "item,as_of,value,note\n"
BAD_FILES = {
    "empty": ("", [(1, "", "no_header")]),
    "a BOM alone": ("\ufeff", [(1, "", "no_header")]),
    "unknown column": ("item,as_of,colour\nKH.C,2024-04-01,red\n", [(1, "colour", "unknown_column")]),
    "column twice": ("item,value,value\n", [(1, "value", "duplicate_column")]),
    "no item column": ("unit,value\n412,1\n", [(1, "item", "missing_column")]),
    "too many fields": (HEAD + "KH.C,2024-04-01,1,x,y\n", [(2, "", "too_many_fields")]),
    "too few fields": (HEAD + "KH.C,2024-04-01,1,ok\nKH.C,2024-04-01\n", [(3, "", "too_few_fields")]),
    "open quote": (HEAD + "KH.C,2024-04-01,1,ok\nKH.C,2024-04-01,1,\"never\nclosed\n", [(3, "", "quote")]),
    "latin-1": (HEAD.encode() + b"KH.C,2024-04-01,1,ok\nKH.C,2024-04-01,1,Ngh\xd6 An\n", [(3, "", "not_utf8")]),
    "UTF-16 of Notepad": ((HEAD + "KH.C,2024-04-01,1,x\n").encode("utf-16"), [(1, "", "not_utf8")]),
    "date": (HEAD + "KH.C,31/02/2024,1,\nKH.C,2024-4-1,1,\nKH.C,01-04-2024,1,\n", [(n, "as_of", "bad_date") for n in (2, 3, 4)]),
    "number": (HEAD + 'KH.C,2024-04-01,"1,5",\nKH.C,2024-04-01,1e3,\nKH.C,2024-04-01,-2,\n',
               [(2, "value", "bad_integer"), (3, "value", "bad_integer"), (4, "value", "out_of_range")]),
    "Excel took the zero": ("unit,item,as_of,numerator,denominator\n8123,KH.R,2024-04-01,1,2\n", [(2, "unit", "stripped_zero")]),
    "not NFC": (HEAD + "KH.C,2024-04-01,1,Nghe\u0323\u0302 An\n", [(2, "note", "text_not_nfc")]),
    "a citizen": (HEAD + "KH.C,2024-04-01,1,của 040 099 001 234 và\n", [(2, "note", "personal_id")]),
    "future": (HEAD + "KH.C,2024-04-02,1,\nKH.C,2024-04-03,1,\n", [(3, "as_of", "as_of_in_future")]),
    "a correction": ("item,as_of,value,corrects\nKH.C,2024-04-01,1,0a1b2c3d-5-1\nKH.C,2024-04-01,1,biên nhận\n",
                     [(2, "corrects", "not_standing"), (3, "corrects", "bad_word")]),
    "above its denominator": ("unit,item,as_of,numerator,denominator\n16702,KH.R,2024-04-01,3,2\n",
                              [(2, "numerator", "numerator_above_denominator")]),
    "not ours": ("unit,item,as_of,value\n413,KH.C,2024-04-01,3\n412,NO.SUCH,2024-04-01,3\n",
                 [(2, "unit", "unknown_unit"), (3, "item", "unknown_item")]),
    "lines are counted as the clerk sees them": (
        HEAD + '\n,,,\nKH.C,2024-04-01,1,"hai\ndòng"\n\nKH.C,2024-04-01,x,\n', [(7, "value", "bad_integer")]),
    "too large": ("item,as_of,state,product_ref,done_on,note,reason\n\n"
                  + f"KH.T1,2024-04-01,done,{'p' * 200},2024-04-01,{'n' * 2000},{'r' * 2000}\n", [(3, "note", "too_large")]),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_import_faults(desk, name):
    content, expected = BAD_FILES[name]
    path, before = put(desk, content), desk.status()["last_seq"]
    said = desk.json("import", path, ok=(1,))
    assert fault_list(said) == expected and said["queued"] is None and said["faults_n"] == len(expected)
    assert fault_list(desk.json("import", path, "--dry-run", ok=(1,))) == expected
    for lang, line, column, nothing in (("vi", "dòng", "cột", "chưa xếp hàng gì"), ("en", "line", "column", "nothing was queued")):
        text = clean(desk.cli("import", path, ok=(1,), lang=lang).stdout)
        assert f"{path}: {len(expected)} " in text and nothing in text
        for number, field, _ in expected:
            assert f"{line} {number}, {column} {field or '–'}" in text
        assert "040" not in text
    assert desk.status()["last_seq"] == before, "all or nothing"


def test_import_names_all_faults_and_takes_nothing(desk):
    rows = ["KH.C,2024-04-01,1,good"] + ["KH.C,2024-04-01,x,"] * 250 + ["KH.C,2024-04-01,2,good"]
    path, before = put(desk, HEAD + "\n".join(rows)), desk.status()["last_seq"]
    said = desk.json("import", path, ok=(1,))
    assert said["faults_n"] == 250 and fault_list(said) == [(n, "value", "bad_integer") for n in range(3, 203)]
    text = desk.cli("import", path, ok=(1,)).stdout
    assert "250 chỗ sai" in text and "và 50 chỗ nữa" in text and "(x)" in text
    assert desk.status()["last_seq"] == before


def test_import_as_excel_writes_it(desk):
    """BOM, semicolons, CRLF, dd/mm/yyyy, 1.387, decimal comma; the columns in any order."""
    before = desk.status()["last_seq"]
    path = put(desk, "\ufeffnote;value;item;as_of;unit\r\n\"Số; liệu\";1.387;KH.C;01/04/2024;412\r\n=1+1;0;KH.C;01/04/2024;\r\n"
                     ";17,5;KH.P;2024-04-01;412\r\n;;;;\r\n")
    dry = desk.json("import", path, "--dry-run")
    assert dry["rows"] == 3 and dry["queued"] is None and dry["dry_run"] and desk.status()["last_seq"] == before
    assert "chưa xếp hàng gì" in desk.cli("import", path, "--dry-run").stdout
    said = desk.json("import", path)
    assert said["queued"] == {"from": before + 1, "to": before + 3, "rows": 3}
    again = desk.cli("import", path).stdout
    assert f"số {before + 4} đến {before + 6}" in again, "the same file again is new reports: the clerk says what is sent"


def test_import_of_nothing(desk):
    before = desk.status()["last_seq"]
    assert desk.json("import", put(desk, HEAD))["rows"] == 0
    for path, word in ((desk.dir / "nowhere.csv", "nowhere.csv"), (desk.dir, str(desk.dir))):
        done = desk.cli("import", path, ok=(3,))
        assert word in done.stderr and done.stdout == ""
        assert word in desk.json("import", path, ok=(3,))["error"]
    assert desk.status()["last_seq"] == before


def test_import_of_many_rows(desk):
    before = desk.status()["last_seq"]
    path = put(desk, HEAD + "".join(f"KH.C,2024-03-{1 + n % 28:02},{n},\n" for n in range(5000)))
    assert desk.json("import", path)["queued"] == {"from": before + 1, "to": before + 5000, "rows": 5000}


# ---- the office's own files ----

def test_config(desk):
    """An unknown key or a bad value: file and line; no command does anything then."""
    path = desk.dir / "agent.conf"
    good = path.read_text()
    lines = good.count("\n")
    key = next(x for x in good.splitlines() if x.startswith("server_key"))
    try:
        for text, expected in (
                (good + "sppol = 3\n", [f"{path}:{lines + 1}", "sppol", "spool"]),
                (good + "retry = 3s\n", [f"{path}:{lines + 1}", "retry"]),
                (good.replace("reply = 5s", "reply = soon"), [f"{path}:", "soon"]),
                (good.replace("spool = 256", "spool = 0"), [f"{path}:", "0"]),
                (good.replace("tcp://127", "ipc://127"), [str(path), "ipc://127", "tcp://HOST:PORT"]),
                (good.replace("clock = file:", "clock = sundial:"), [str(path), "sundial:"]),
                (good.replace(key, "server_key = abc"), [str(path), "abc"]),
                (good.replace(key + "\n", ""), [str(path), "server_key"]),
                (good + "nonsense\n", [f"{path}:{lines + 1}"])):
            assert text != good
            path.write_text(text)
            for command in (("report", "KH.C", "--value", "1"), ("status",), ("run",)):
                done = desk.cli(*command, ok=(3,))
                assert done.stdout == "" and all(x in done.stderr for x in expected), (text, done.stderr)
            assert expected[0] in desk.json("status", ok=(3,))["error"]
    finally:
        path.write_text(good)
    assert desk.status()["waiting"]


def test_an_office_that_is_not_made(desk, tmp):
    for path in (tmp, tmp / "nowhere"):
        done = desk.world.cli("--dir", path, "report", "KH.C", "--value", "1", program="tiendo-agent", ok=(3,))
        assert "tiendo-agent init" in done.stderr and str(path) in done.stderr
    done = desk.cli("init", "--server-key", desk.world.server_key, ok=(3,))
    assert "không ghi đè" in done.stderr
    done = desk.world.cli("--dir", tmp / "new", "init", "--server-key", "abc", program="tiendo-agent", ok=(2,))
    assert "abc" in done.stderr and not (tmp / "new").exists()
    copy = tmp / "keyless"
    shutil.copytree(desk.dir, copy)
    (copy / "agent.key").unlink()
    done = desk.world.cli("--dir", copy, "run", program="tiendo-agent", ok=(3,))
    assert "agent.key" in done.stderr
