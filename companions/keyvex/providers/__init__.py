"""Anthropic, OpenAI and SendGrid, played on this machine. It takes no options.

Each has its own path below the companion's address: ``/anthropic/v1/messages``, ``/openai/v1/chat/completions`` and
``/sendgrid/v3/mail/send``; the variable of each is in `templates.keyvex.config.providers`. They refuse what the real
ones refuse: a missing key, a model they do not know, more tokens than a model gives, a mail without a subject.

A model answers the same to the same prompt. If the prompt holds a JSON schema, the answer is a JSON value of that
schema, else a sentence. Faults are switched on for paths that match a pattern (see `companions.common.faults`)::

    curl -X POST .../_faults -d '{"path": "/anthropic/.*", "status": 529, "times": 3}'
    curl -X POST .../_faults -d '{"path": "/openai/.*", "status": 429, "headers": {"retry-after": "2"}, "times": 1}'
    curl -X POST .../_faults -d '{"path": "/sendgrid/.*", "seconds": 5}'
    curl -X DELETE .../_faults

What they were asked is ``GET .../_requests``, and the mails are at ``.../pages/mails``.
"""
