"""What an authority is told: the EDPB's template for Article 33 GDPR, and the ICO's
form, from one set of facts.

Promise: an answer is only given where the facts have it; whatever is missing
is listed as a question.

Invariant: field numbers, option letters and questions are data (``template.yaml``, ``ico.yaml``).

Public names: :class:`~.facts.ReportFacts`, :func:`~.template.edpb_template`,
:func:`~.template.missing`, :func:`~.template.choices`, :func:`~.ico.ico_answers`.
"""
