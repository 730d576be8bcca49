"""The demo model with the template of a model that reasons, in Qwen3's manner."""

from __future__ import annotations

import struct
from pathlib import Path

ALIGNMENT = 32
"""Bytes of a GGUF: what follows the header stays where it is, modulo this."""
TEMPLATE = """
{%- for message in messages -%}
{%- set content = message.content if message.content is string else '' -%}
{%- if message.role == 'user' -%}
{{- '<s><|user|> ' + content | lower | trim -}}
{%- elif message.role == 'assistant' -%}
{%- set reasoning = '' -%}
{%- if message.reasoning_content is string -%}
{%- set reasoning = message.reasoning_content -%}
{%- elif '</think>' in content -%}
{%- set reasoning = content.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') -%}
{%- set content = content.split('</think>')[-1].lstrip('\n') -%}
{%- endif -%}
{%- if loop.last and reasoning -%}
{{- '<|bot|><think>\n' + reasoning.strip('\n') + '\n</think>\n\n' + content.lstrip('\n') -}}
{%- else -%}
{{- '<|bot|>' + content -}}
{%- endif -%}
{{- '</s>' -}}
{%- endif -%}
{%- endfor -%}
{%- if add_generation_prompt -%}
{{- '<|bot|>' -}}
{%- if enable_thinking is defined and enable_thinking is false -%}
{{- '<think>\n\n</think>\n\n' -}}
{%- endif -%}
{%- endif -%}
"""


def write_thinking(demo: Path, path: Path, opened: bool = False) -> Path:
    """``opened`` is for a template that begins the reasoning itself, as Qwen3-Thinking's does."""
    template = TEMPLATE
    if opened:
        template = template.replace("{{- '<|bot|>' -}}", "{{- '<|bot|><think>\n' -}}")
    data = demo.read_bytes()
    name = _text(b"tokenizer.chat_template") + struct.pack("<I", 8)
    start = data.index(name) + len(name)
    (length,) = struct.unpack_from("<Q", data, start)
    end = start + 8 + length
    made = template.encode()
    made += b"{#" + b" " * ((length - len(made) - 4) % ALIGNMENT) + b"#}"
    path.write_bytes(data[:start] + _text(made) + data[end:])
    return path


def _text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value
