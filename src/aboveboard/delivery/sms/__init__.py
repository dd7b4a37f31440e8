"""Text messages, by a provider's documented HTTP API. A provider is a module that keeps to
``provider.SmsProvider``; ``carrier`` is the channel."""
