"""Documents of every form, made here: what the tests of reading and of fuzzing take."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage

WORDS = "Ask Mrs. Wexcombe"
"""What stands in each of them."""


def zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def docx(text: str = WORDS) -> bytes:
    space = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = f'<w:document xmlns:w="{space}"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:document>'
    return zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": body.encode()})


def odt(text: str = WORDS) -> bytes:
    space = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "content.xml": f'<d xmlns:t="{space}"><t:p>{text}</t:p></d>'.encode(),
        }
    )


def xlsx(text: str = WORDS) -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006/relationships"
    cell = f'<c r="A1" t="inlineStr"><is><t>{text}</t></is></c>'
    return zipped(
        {
            "[Content_Types].xml": b"<Types/>",
            "_rels/.rels": (
                f'<Relationships xmlns="{package}"><Relationship Id="r1" '
                f'Type="{links}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
            ).encode(),
            "xl/workbook.xml": (
                f'<workbook xmlns="{main}" xmlns:r="{links}"><sheets>'
                '<sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>'
            ).encode(),
            "xl/_rels/workbook.xml.rels": (
                f'<Relationships xmlns="{package}"><Relationship Id="r1" '
                f'Type="{links}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
            ).encode(),
            "xl/worksheets/sheet1.xml": (
                f'<worksheet xmlns="{main}"><sheetData><row r="1">{cell}</row></sheetData>'
                "</worksheet>"
            ).encode(),
        }
    )


def pdf(text: str = WORDS) -> bytes:
    stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
        b"/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        out + b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\n"
        b"startxref\n%d\n%%%%EOF" % (len(objects) + 1, table, len(objects) + 1, len(out))
    )


def message(text: str = WORDS, attached: bytes = b"") -> bytes:
    mail = EmailMessage()
    mail["From"] = "Zoë Quill <zoe@example.org>"
    mail["Subject"] = "Größe"
    mail.set_content(text)
    if attached:
        mail.add_attachment(attached, maintype="application", subtype="zip", filename="a.zip")
    return bytes(mail)


def mailbox(text: str = WORDS) -> bytes:
    head = b"From a@example.org Mon Nov 30 17:00:00 2026\n"
    return head + message(text) + b"\n" + head + message(text)


SAMPLES = {
    "letter.txt": WORDS.encode(),
    "letter.utf16": WORDS.encode("utf-16"),
    "letter.le": WORDS.encode("utf-16-le"),
    "letter.cp1252": (WORDS + " à Köln").encode("cp1252"),
    "page.html": f"<!doctype html><p>{WORDS}</p><script>var x</script>".encode(),
    "letter.docx": docx(),
    "letter.odt": odt(),
    "people.xlsx": xlsx(),
    "letter.pdf": pdf(),
    "reply.eml": message(),
    "box.mbox": mailbox(),
    "all.zip": zipped({"in/letter.txt": WORDS.encode()}),
    "all.tar": tarred({"letter.txt": WORDS.encode()}),
    "letter.txt.gz": gzip.compress(WORDS.encode()),
    "all.tar.bz2": bz2.compress(tarred({"letter.txt": WORDS.encode()})),
    "letter.txt.xz": lzma.compress(WORDS.encode()),
    "mail-with-zip.eml": message("see below", zipped({"letter.docx": docx()})),
}
