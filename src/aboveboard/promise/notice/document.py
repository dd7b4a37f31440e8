"""A notice as a document for programs and for a terminal. Pure."""

from __future__ import annotations

from aboveboard.basics.canonical import Json
from aboveboard.promise.notice.building import PrivacyNotice


def as_json(notice: PrivacyNotice) -> dict[str, Json]:
    """Return every layer of a notice; ``format`` names this shape, and changes with it."""
    return {
        "format": "aboveboard.privacy-notice.v1",
        "title": notice.title,
        "language": notice.language.code,
        "direction": notice.language.direction,
        "reviewed": notice.language.reviewed,
        "version": notice.version,
        "lines": [
            {"key": line.key, "title": line.title, "sentences": list(line.sentences)}
            for line in notice.lines
        ],
        "short": {
            "sentences": list(notice.short),
            "purposes": [
                {"key": each.key, "title": each.title, "choice": each.choice}
                for each in notice.purposes
            ],
        },
        "full": [
            {
                "key": section.key,
                "heading": section.heading,
                "gdpr_article": section.article,
                "sentences": list(section.sentences),
                "parts": [
                    {"key": part.key, "title": part.title, "sentences": list(part.sentences)}
                    for part in section.parts
                ],
            }
            for section in notice.sections
        ],
    }


def as_text(notice: PrivacyNotice) -> str:
    """Return every layer as plain text."""
    lines = [notice.title, ""]
    for line in notice.lines:
        lines += [f"{line.title}: {' '.join(line.sentences)}", ""]
    lines += [*notice.short, ""]
    lines += [f"- {each.title}. {each.choice}".rstrip() for each in notice.purposes]
    for section in notice.sections:
        lines += ["", section.heading, *(f"  {sentence}" for sentence in section.sentences)]
        for part in section.parts:
            lines.append(f"  {part.title}: {' '.join(part.sentences)}")
    return "\n".join([*lines, "", notice.version]).rstrip() + "\n"
