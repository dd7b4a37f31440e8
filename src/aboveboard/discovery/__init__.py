"""Personal data where it lies, against the promise (GDPR Art. 5(1)(c), 30).

Promise: what is held without a purpose is shown, and what the promise names and nobody found as
well. Invariant: nothing is sent anywhere, and what was found is shown in clear only to whom a
purpose allows it.

Public: ``survey.survey_systems`` (what each connected system has), ``columns.propose`` (rules),
``against_promise.compare``, ``files.search_files``, ``documents.reading.read``.
"""
