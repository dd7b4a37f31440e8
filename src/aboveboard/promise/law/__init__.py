"""The law that a promise is judged by, kept as data: lawful bases, Article 9
conditions, transfers abroad."""
