# SPDX-License-Identifier: Apache-2.0
"""Where every target begins, besides its minimised corpus: made from the golden vectors, the shipped examples, and by
hand. seeds.write(DIRECTORY, ROOT)."""
import pathlib
import struct

MESSAGES = """Hello Welcome Push Void Ack Nack Ping Pong Query Reply UnitDelta Heartbeat CatalogueRow Rollup Update
EntryHeader RegistryBody AdminRequest AdminReply GenesisBody DecisionBody
NoticeBody FindingBody StepBody""".split()  # as in fuzz_message.c
CSV = ["units.csv", "items.csv", "groups.csv", "targets.csv", "milestones.csv", "holidays.csv", "schedules.csv",
       "periods.csv", "deadlines.csv", "thresholds.csv"]  # as in fuzz_csv.c
KINDS = {"VoidBody": 2, "GenesisBody": 3, "IncarnationBody": 4, "CatalogueBody": 5, "RegistryBody": 6, "TickBody": 7,
         "DecisionBody": 8, "RulesBody": 9, "NoticeBody": 10, "FindingBody": 11, "StepBody": 12}
UNITS = ("code,parent,kind,type,branch,name,name_en,head,contact,opened,closed,source\n"
         "VN,,central,,,Việt Nam,,,,,,\n40,VN,province,,,Nghệ An,,,,,,\n412,40,district,,,Vinh,,,,,,\n"
         "413,40,district,,,Diễn Châu,,,,,,\n")
ITEMS = ("code,parent,owner,kind,name,lead,start,due,answer,reporters,measure,num_def,den_def,bounded\n"
         "KH,,40,plan,Kế hoạch,,,,,,,,,\nKH.01,KH,,task,Việc 1,412,2024-01-02,2024-06-30,lead,,,,,\n"
         "KH.03,KH,,ratio,Tỷ lệ,40,2024-01-02,2024-12-31,all,kind:district@40,stock,a,b,yes\n")


def vectors(root):
    for line in (root / "tests/golden/vectors.txt").read_text().splitlines():
        if not line.startswith("#"):
            name, kind, text = line.split()
            yield name, kind.rpartition(".")[2], b"" if text == "-" else bytes.fromhex(text)


def piece(data):
    if len(data) < 255:
        return bytes([len(data)]) + data
    return b"\xff" + struct.pack(">H", len(data) - 255) + data


def of_vectors(root):
    for name, kind, data in vectors(root):
        name = name.strip("!")
        if kind == "Update":
            yield "update", name, data
        if kind in MESSAGES:
            yield "message", name, bytes([MESSAGES.index(kind)]) + data
        if kind in ("UnitDelta", "Reply"):
            yield "mirror", name, b"\1" + data
        if kind == "Query":
            for key in (1, 2, 3):
                yield "query", f"{name}{key}", bytes([2, key]) + data
        if kind == "Reply":
            yield "agent", name, bytes([5, 0, 0]) + piece(data)
        if kind in ("Welcome", "Ack", "Nack", "Pong"):
            yield "agent", name, bytes([4, {"Welcome": 2, "Ack": 5, "Nack": 6, "Pong": 8}[kind]]) + piece(data)
        if kind in ("Hello", "Push", "Void", "Ping"):
            head = bytes([1, {"Hello": 1, "Push": 3, "Void": 4, "Ping": 7}[kind]])
            yield "intake", name, bytes([0, 2, 0, 0]) + piece(head) + piece(data)
        if kind == "EntryHeader":
            yield "entry", name, b"\1\0\0\0\0" + bytes([len(data)]) + data
        if kind in KINDS:
            header = bytes([8, 7, 16, KINDS[kind], 24, 1])
            yield "entry", name, b"\1\0\0\0\0" + bytes([len(header)]) + header + data


def by_hand(root):
    yield "csv", "catalogue", b"\0" + b"\0" + piece(UNITS.encode()) + b"\1" + piece(ITEMS.encode())
    for i, name in enumerate(CSV):
        for path in sorted((root / "examples").rglob(name)):
            yield "csv", name, bytes([2 * i + 1]) + b"\n".join(path.read_bytes().split(b"\n")[:4])
    yield "csv", "thresholds", (b"\0\0" + piece(UNITS.encode()) + b"\1" + piece(ITEMS.encode()) + b"\x09" + piece(
        b"rule,measure,op,value,min_expected,periods,action\nCHAM,on_time_rate,below,80%,5,2,x\nQH,overdue,above,3,,,\n"))
    yield "csv", "quoted", b'\1\xef\xbb\xbfcode;name;parent\r\n08;"a ""b""\r\n;c";\r\n;;\r\n'
    for i, text in enumerate(["2024-04-02", "02/04/2024", "2024-04x", "2024-Q1x", "2024-W14", "2024-04a", "1.387", "98,43%",
                              "89,5", "Thanh Hoá", "001 204 012345", "KH762.01", "2024-02-30"]):
        yield "text", str(i), b"\2" + text.encode()
    yield "conf", "store", (b"\1# tiendo-server\naddress = 127.0.0.1\nport_ingest = 5701 # here\nclock = real\nlog = info\n")
    yield "conf", "all", b"\0free = a b\nword = warn\nmust = x\nnumber = -7\nsmall = 9\ntime = 5s\nbounded = 1d\nyes = yes\n"
    yield "intake", "session", bytes([1, 0, 4, 5, 4, 2, 0, 8, 8, 50, 3, 3, 8, 8, 60, 3, 3, 4, 5, 12, 1, 0, 8, 8, 50, 3, 3, 4])
    yield "intake", "void", bytes([1, 0, 4, 2, 4, 2, 0, 4, 3, 0, 1])
    yield "mirror", "life", bytes([0, 2, 0, 0, 1, 5, 0, 1, 9, 4, 0, 5, 1, 0, 0, 1, 7, 5, 1, 8, 3, 0, 0, 9])
    yield "view", "unit", bytes([2, 1, 3, 2] + [0, 9, 9, 1, 1, 50, 0, 1, 1, 3, 0, 2, 50] * 2)
    yield "zap", "enter", bytes([4, 0, 1, 1, 1, 1, 3, 0, 2, 2, 1, 2, 5, 0, 3, 0, 0, 5, 1, 0, 3, 0])
    yield "web", "arguments", b"\0" + (1 | 4 | 64 | 512).to_bytes(4, "big") + b"".join(map(piece, [b"412", b"KH.01", b"", b"", b"2024-04a..2024-05"] + [b""] * 9))
    yield "web", "flags", b"\0" + (1 | 256 | 1024 | 4096 | 8192).to_bytes(4, "big") + b"".join(
        map(piece, [b"G/DIEM", b"", b"", b"", b"", b"2024-04-02", b"", b"", b"1", b"0", b"", b"all", "hoà".encode(), b"20"]))
    yield "web", "id", b"\1ab000000000000000000000000000000:2:3/11/0000beef.9"
    yield "web", "search", "\2\3\0Hoà đông".encode()
    yield "web", "cookie", b"\3\0a=b; tiendo=" + b"0123456789abcdef" * 4 + b"; c=d"
    yield "web", "host", b"\3\1__Host-tiendo=" + b"0123456789abcdef" * 4
    yield "web", "proxies", b"\4" + piece(b"127.0.0.1 10.0.0.0/8") + b"203.0.113.9, 10.1.2.3"
    yield "web", "users", b"\5lan : leader : 08 : text : $argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaGhhc2hoYXNoaGFzaGhhc2hoYXNoaGFzaGhhc2g\n"
    yield "spool", "some", bytes([4, 3, 0, 5, 0, 5, 3, 2, 0, 0, 1, 1, 0, 1, 0, 0, 4, 1, 1, 3, 9, 8, 11, 5])
    yield "agent", "life", bytes([6, 1, 3, 4, 7, 0, 7, 0, 0, 3, 0, 7, 0, 2, 3, 2, 7, 1, 0])


def write(to, root):
    for target, name, data in list(of_vectors(root)) + list(by_hand(root)):
        place = pathlib.Path(to) / target
        place.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
